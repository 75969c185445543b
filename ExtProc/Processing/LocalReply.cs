using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// Answers that Envoy makes itself: no route, no connection, a timeout, a body over its limit. They come by as plain text, and the caller gets the same
/// error in its own dialect that the gateway alone would give.
/// </summary>
internal static class LocalReply
{
    private const string DetailsAttribute = "response.code_details";

    /// <summary>Begins Envoy's details when a processor, the service itself included, did not answer as it should.</summary>
    private const string ProcessorFailed = "ext_proc_error";

    /// <summary>Envoy's <c>response.code_details</c>, when the filter asks for that attribute; else null. Empty for the answer of a processor that gives none.</summary>
    public static string? Details(ProcessingRequest request) =>
        request.Attributes.TryGetValue(UpstreamStream.AttributesKey, out var attributes) && attributes.Fields.TryGetValue(DetailsAttribute, out var value)
            ? value.StringValue
            : null;

    /// <summary>The error behind an answer of Envoy's own; null for a backend's answer.</summary>
    /// <param name="exchange">The exchange with the status Envoy chose.</param>
    /// <param name="details">Null when unknown: then only an exchange without any attempt is taken for Envoy's answer.</param>
    public static Rejection? Find(Exchange exchange, string? details)
    {
        if (exchange.Status < 400 || (details is null ? exchange.Attempts > 0 : details is "via_upstream" or "")) return null;
        return (exchange.Status, details ?? "") switch
        {
            (504, var text) when text.StartsWith(ProcessorFailed, StringComparison.Ordinal) => new Rejection(GatewayError.ProcessorTimeout, GatewayError.ProcessorTimeout.Meaning),
            (_, var text) when text.StartsWith(ProcessorFailed, StringComparison.Ordinal) => new Rejection(GatewayError.ProcessorFailed, GatewayError.ProcessorFailed.Meaning),
            (413, _) => new Rejection(GatewayError.RequestTooLarge, "the request body is larger than the listener takes"),
            (404, _) => RouterPhase.NotFound(exchange),
            (408, _) => new Rejection(GatewayError.RequestTimeout, "the request did not arrive in time"),
            (_, "response_timeout") => new Rejection(GatewayError.UpstreamTimeout, "the request took longer than its route allows"),
            (504, _) => new Rejection(GatewayError.UpstreamTimeout, "the backend was silent longer than its route allows"),
            (_, var text) when text.Contains("timeout", StringComparison.Ordinal) => new Rejection(GatewayError.UpstreamTimeout, "the backend was silent longer than its route allows"),
            (_, var text) when text.Contains("connection_failure", StringComparison.Ordinal) => new Rejection(GatewayError.UpstreamUnreachable, "no connection to the backend could be made"),
            (_, var text) when text.Contains("protocol_error", StringComparison.Ordinal) => new Rejection(GatewayError.UpstreamInvalid, "the backend's answer is not valid HTTP"),
            (_, var text) when text.StartsWith("upstream_reset", StringComparison.Ordinal) => new Rejection(GatewayError.UpstreamReset, "the backend closed the connection before it answered"),
            (503, _) => new Rejection(GatewayError.UpstreamUnreachable, "no endpoint of the backend is available"),
            (500, _) => new Rejection(GatewayError.Internal, "the gateway failed; the request id finds the log entry"),
            _ => null, // a status that a filter of the operator's chose: its answer stands
        };
    }
}
