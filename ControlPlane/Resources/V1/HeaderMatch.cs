namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>One header condition as written.</summary>
internal sealed record HeaderMatch(string Name, string Value, bool IsRegex);
