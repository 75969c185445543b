namespace AiGateway.Contracts.Cel;

/// <param name="Pattern">For .NET; empty when refused.</param>
/// <param name="Error">Null when translated.</param>
internal readonly record struct Re2Translation(string Pattern, string? Error);
