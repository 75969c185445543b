using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads BackendTrafficPolicy and ClientTrafficPolicy.</summary>
internal static class TrafficPolicyReaders
{
    private static readonly TextRule s_trigger = TextRule.Enum(
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream", "retriable-status-codes",
        "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable");

    private static readonly string[] s_backendKinds = ["Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "UDPRoute", "TLSRoute"];

    public static BackendTrafficPolicy? Backend(FieldReader root) => root.Object("spec", fields =>
    {
        fields.NotActedOn(
            "admissionControl", "bandwidthLimit", "circuitBreaker", "compression", "compressor", "connection", "dns", "faultInjection", "healthCheck", "http2",
            "httpUpgrade", "loadBalancer", "mergeType", "proxyProtocol", "rateLimit", "requestBuffer", "responseOverride", "tcpKeepalive", "useClientProtocol");
        fields.Ignore("routingType", "telemetry");
        var timeout = fields.Object("timeout", Timeout) ?? new BackendTimeouts(null, null, null);
        return new BackendTrafficPolicy
        {
            Document = root.Document,
            Targets = PolicyTargets.Direct(fields, s_backendKinds),
            Selectors = PolicyTargets.Selected(fields, s_backendKinds),
            Retry = fields.Object("retry", Retry),
            ConnectTimeout = timeout.Connect,
            RequestTimeout = timeout.Request,
            StreamIdleTimeout = timeout.StreamIdle,
        };
    });

    public static ClientTrafficPolicy? Client(FieldReader root) => root.Object("spec", fields =>
    {
        fields.NotActedOn(
            "clientIPDetection", "enableProxyProtocol", "grpc", "headers", "healthCheck", "http1", "http2", "http3", "path", "proxyProtocol", "scheme",
            "tcpKeepalive", "tls");
        var bufferLimit = fields.Object("connection", static connection =>
        {
            connection.NotActedOn("connectionLimit", "maxAcceptPerSocketEvent", "socketBufferLimit");
            return new Limit(connection.Bytes("bufferLimit"));
        });
        var http = fields.Object("timeout", static timeout =>
        {
            timeout.NotActedOn("tcp");
            return timeout.Object("http", static item => new ClientTimeouts(
                item.Duration("requestReceivedTimeout"), item.Duration("idleTimeout"), item.Duration("streamIdleTimeout"))) ?? ClientTimeouts.None;
        }) ?? ClientTimeouts.None;
        return new ClientTrafficPolicy
        {
            Document = root.Document,
            Targets = PolicyTargets.Direct(fields, ["Gateway"]),
            Selectors = PolicyTargets.Selected(fields, ["Gateway"]),
            BufferLimit = bufferLimit?.Bytes,
            RequestReceivedTimeout = http.RequestReceived,
            IdleTimeout = http.Idle,
            StreamIdleTimeout = http.StreamIdle,
        };
    });

    private static BackendTimeouts Timeout(FieldReader fields)
    {
        var connect = fields.Object("tcp", static tcp => new Single(tcp.Duration("connectTimeout")));
        var http = fields.Object("http", static item =>
        {
            item.NotActedOn("connectionIdleTimeout", "maxConnectionDuration", "maxStreamDuration");
            return new BackendTimeouts(null, item.Duration("requestTimeout"), item.Duration("streamIdleTimeout"));
        });
        return new BackendTimeouts(connect?.Value, http?.Request, http?.StreamIdle);
    }

    private static RetrySettings Retry(FieldReader fields)
    {
        var perRetry = fields.Object("perRetry", static item =>
        {
            var backOff = item.Object("backOff", static pause => new BackOff(pause.Duration("baseInterval"), pause.Duration("maxInterval")));
            return new PerRetry(item.Duration("timeout"), backOff);
        });
        return new RetrySettings
        {
            NumRetries = (int)(fields.Integer("numRetries", 0) ?? 2),
            NumAttemptsPerPriority = (int?)fields.Integer("numAttemptsPerPriority", 1),
            RetryOn = fields.Object("retryOn", static item => new RetryOn(
                item.TextList("triggers", ListRule.Unlimited, s_trigger), item.IntegerList("httpStatusCodes", ListRule.Unlimited, 100, 599))),
            PerTryTimeout = perRetry?.Timeout,
            BackOffBase = perRetry?.BackOff?.Base,
            BackOffMax = perRetry?.BackOff?.Max,
        };
    }

    private sealed record Single(TimeSpan? Value);

    private sealed record Limit(long? Bytes);

    private sealed record BackendTimeouts(TimeSpan? Connect, TimeSpan? Request, TimeSpan? StreamIdle);

    private sealed record ClientTimeouts(TimeSpan? RequestReceived, TimeSpan? Idle, TimeSpan? StreamIdle)
    {
        public static readonly ClientTimeouts None = new(null, null, null);
    }

    private sealed record BackOff(TimeSpan? Base, TimeSpan? Max);

    private sealed record PerRetry(TimeSpan? Timeout, BackOff? BackOff);
}
