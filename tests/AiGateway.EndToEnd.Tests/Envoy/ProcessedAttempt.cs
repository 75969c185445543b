namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>What Envoy told the processor about an attempt.</summary>
/// <param name="RequestId">What joins it to the client's request.</param>
/// <param name="Backend">Backend of the endpoint that Envoy chose.</param>
/// <param name="Host">Host name of that endpoint.</param>
/// <param name="Route">Route.</param>
internal sealed record ProcessedAttempt(string? RequestId, string? Backend, string? Host, string? Route);
