using AiGateway.DataPlane.Errors;

namespace AiGateway.Gateway.External;

/// <summary>A service failed, and its filter does not let the exchange go on without it. An <see cref="IOException"/>, because bodies that pass it end this way.</summary>
internal sealed class ProcessorException(string filter, GatewayError error, string details) : IOException($"ext_proc filter {filter}: {details}")
{
    /// <summary>Catalogue entry.</summary>
    public GatewayError Error { get; } = error;

    /// <summary>In the words of Envoy's <c>response.code_details</c>.</summary>
    public string Details { get; } = details;
}

/// <summary>A service answers the client itself, while bytes are passing.</summary>
internal sealed class ImmediateResponseException(LocalReply reply) : Exception($"an ext_proc service answered: {reply.Details}")
{
    public LocalReply Reply { get; } = reply;
}
