namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>A place in a file as the operator wrote it; both numbers start at 1.</summary>
internal readonly record struct Position(int Line, int Column);
