using AiGateway.DataPlane.Errors;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Why the gateway answers an exchange itself.</summary>
/// <param name="Error">Catalogue entry.</param>
/// <param name="Message">What the caller reads: place, value, fix. Never a secret, never another party's text.</param>
/// <param name="Param">Offending member, in OpenAI's <c>param</c>.</param>
public sealed record Rejection(GatewayError Error, string Message, string? Param = null);
