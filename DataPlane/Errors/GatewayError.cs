using Microsoft.Extensions.Logging;

namespace AiGateway.DataPlane.Errors;

/// <summary>One kind of failure that a caller may see. The whole catalogue is here; <c>docs/errors.md</c> is generated from it.</summary>
/// <param name="Code">Stable, snake case; clients may switch on it.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Level">Who must act: caller Information, backend Warning, us Error, nobody Debug.</param>
/// <param name="Retryable">Whether another attempt may help.</param>
/// <param name="Meaning">One sentence for the documentation.</param>
public sealed record GatewayError(string Code, int Status, LogLevel Level, bool Retryable, string Meaning)
{
    /// <summary>The body is not what the endpoint takes.</summary>
    public static readonly GatewayError InvalidRequest = new("invalid_request", 400, LogLevel.Information, false, "The request body is not what the endpoint takes; the message names the place.");

    /// <summary>The message's framing is broken or ambiguous.</summary>
    public static readonly GatewayError InvalidFraming = new("invalid_framing", 400, LogLevel.Information, false, "The request's framing (content-length, transfer-encoding, chunks) is broken or ambiguous; the connection is closed.");

    /// <summary>No model in the body.</summary>
    public static readonly GatewayError ModelRequired = new("model_required", 400, LogLevel.Information, false, "The request names no model.");

    /// <summary>The chosen backend cannot serve the endpoint.</summary>
    public static readonly GatewayError UnsupportedEndpoint = new("unsupported_endpoint", 400, LogLevel.Information, false, "The model's backend speaks a schema that cannot serve this endpoint.");

    /// <summary>A per-request credential is required and missing.</summary>
    public static readonly GatewayError MissingCredential = new("missing_upstream_credential", 401, LogLevel.Information, false, "The route requires a provider credential on the request and none came.");

    /// <summary>No rule matches the model.</summary>
    public static readonly GatewayError ModelNotFound = new("model_not_found", 404, LogLevel.Information, false, "No route serves the model on this host.");

    /// <summary>No endpoint on this path.</summary>
    public static readonly GatewayError UnknownPath = new("unknown_path", 404, LogLevel.Information, false, "The path is neither an AI endpoint nor covered by an HTTP route.");

    /// <summary>Wrong method.</summary>
    public static readonly GatewayError MethodNotAllowed = new("method_not_allowed", 405, LogLevel.Information, false, "The endpoint takes another method; see the allow header.");

    /// <summary>The client was too slow.</summary>
    public static readonly GatewayError RequestTimeout = new("request_timeout", 408, LogLevel.Information, false, "The client did not send its request in time.");

    /// <summary>Body over the limit.</summary>
    public static readonly GatewayError RequestTooLarge = new("request_too_large", 413, LogLevel.Information, false, "The request body exceeds the listener's limit.");

    /// <summary>Request encoding unknown.</summary>
    public static readonly GatewayError UnsupportedEncoding = new("unsupported_content_encoding", 415, LogLevel.Information, false, "The request body is compressed in a way the gateway cannot read.");

    /// <summary>Virtual host mismatch.</summary>
    public static readonly GatewayError MisdirectedRequest = new("misdirected_request", 421, LogLevel.Information, false, "The connection's certificate does not cover the requested host.");

    /// <summary>Client went away.</summary>
    public static readonly GatewayError ClientClosed = new("client_closed_request", 499, LogLevel.Debug, false, "The client went away before the answer was complete.");

    /// <summary>Rule without usable backend.</summary>
    public static readonly GatewayError NoBackend = new("no_backend", 500, LogLevel.Warning, false, "The matching rule has no usable backend; the status of the route says why.");

    /// <summary>A bug.</summary>
    public static readonly GatewayError Internal = new("internal_error", 500, LogLevel.Error, false, "The gateway failed; the request id finds the log entry.");

    /// <summary>An external processor failed.</summary>
    public static readonly GatewayError ProcessorFailed = new("processor_failed", 500, LogLevel.Error, false, "A service that must see the exchange (ext_proc) could not be reached, failed, or gave an answer that cannot be followed.");

    /// <summary>Could not connect.</summary>
    public static readonly GatewayError UpstreamUnreachable = new("upstream_unreachable", 502, LogLevel.Warning, true, "No connection to the backend could be made.");

    /// <summary>Connection broke.</summary>
    public static readonly GatewayError UpstreamReset = new("upstream_reset", 502, LogLevel.Warning, true, "The backend broke the connection before its answer was complete.");

    /// <summary>Answer not HTTP or over a bound.</summary>
    public static readonly GatewayError UpstreamInvalid = new("upstream_invalid_response", 502, LogLevel.Warning, true, "The backend's answer could not be read.");

    /// <summary>Draining.</summary>
    public static readonly GatewayError Draining = new("draining", 503, LogLevel.Information, true, "The gateway is shutting down; repeat the request after the time in retry-after.");

    /// <summary>An external processor was too slow.</summary>
    public static readonly GatewayError ProcessorTimeout = new("processor_timeout", 504, LogLevel.Error, false, "A service that must see the exchange (ext_proc) did not answer in its time.");

    /// <summary>Too slow.</summary>
    public static readonly GatewayError UpstreamTimeout = new("upstream_timeout", 504, LogLevel.Warning, true, "The backend did not answer, or fell silent, longer than the route allows.");
}
