using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>Starts the AI span of an exchange, passes its context on, and hands it over for completion. Nothing is parsed here.</summary>
/// <param name="propagation">Formats of the process; null writes no context of its own.</param>
/// <param name="queue">Where finished spans go; null makes none.</param>
/// <param name="headers">Request headers that become attributes.</param>
public sealed class ExchangeTracing(ITracePropagation? propagation, SpanQueue? queue, HeaderAttributeMap headers)
{
    private static readonly string[] s_w3c = ["traceparent", "tracestate", "baggage"];

    /// <summary>Whether spans are made at all.</summary>
    public bool IsEnabled => queue is not null;

    /// <summary>Begins the span, as a child of the client's context and of nothing else: the host's own spans may go elsewhere.</summary>
    public void Start(Exchange exchange)
    {
        if (propagation is null || queue is null || !GatewayActivities.Source.HasListeners()) return;
        var incoming = propagation.Extract(exchange.Head);
        var ambient = Activity.Current;
        Activity.Current = null;
        exchange.Span = GatewayActivities.Source.StartActivity(exchange.Endpoint.SpanName, ActivityKind.Internal, incoming, tags: null, links: null, exchange.StartedAt);
        Activity.Current = ambient;
    }

    /// <summary>Whether the span wants content; only then are bytes kept.</summary>
    public static bool Records(Exchange exchange) => exchange.Span is { IsAllDataRequested: true };

    /// <summary>Writes the trace context for the provider: the AI span's when there is one, otherwise what the client sent.</summary>
    public void Inject<TTarget>(Exchange exchange, TTarget target, Action<TTarget, string, string> set, Action<TTarget, string> remove)
    {
        if (propagation is null || exchange.Span is null)
        {
            foreach (var name in s_w3c)
            {
                if (exchange.Head.Header(name) is { } value) set(target, name, value);
            }

            return;
        }

        // The client's copies came with its other headers; a second value beside them would be read as neither.
        foreach (var name in propagation.Fields) remove(target, name);
        propagation.Inject(exchange.Span, exchange.Head, target, set);
    }

    /// <summary>Hands the span over. Takes the pooled bytes with it when it wants them.</summary>
    /// <returns>True when the queue owns the buffers now.</returns>
    public bool Complete(Exchange exchange, UsageRecord record, PooledBytes? request, ResponseCapture capture)
    {
        if (exchange.Span is not { } span) return false;
        if (!span.IsAllDataRequested || queue is null)
        {
            span.Stop();
            return false;
        }

        queue.Enqueue(new SpanWork(span, Capture(exchange, record, capture), exchange.StartedAt + record.Duration, request, capture.Detach()));
        return true;
    }

    private ExchangeCapture Capture(Exchange exchange, UsageRecord record, ResponseCapture capture) => new()
    {
        Endpoint = exchange.Endpoint.Kind,
        RequestBody = exchange.Body,
        RequestContentType = exchange.Head.Header("content-type"),
        RequestedModel = exchange.RequestedModel,
        UpstreamModel = exchange.UpstreamModel.Length == 0 ? null : exchange.UpstreamModel,
        ModelOverridden = exchange.UpstreamModel.Length > 0 && exchange.UpstreamModel != exchange.RequestedModel,
        Schema = exchange.Backend?.Spec.Schema,
        UpstreamHost = exchange.Backend?.UpstreamHost,
        Status = record.Status,
        ResponseBody = capture.Bytes,
        ResponseContentType = capture.ContentType,
        Credentials = Credentials(exchange),
        Streamed = exchange.Streamed,
        UsageChunkHidden = exchange.UsageForced,
        ResponseTruncated = capture.Truncated,
        ResponseBytes = exchange.BytesSent,
        Outcome = record.Outcome,
        ErrorCode = record.ErrorCode,
        FirstTokenAt = exchange.Streamed && exchange.FirstByteTimestamp != 0 ? exchange.StartedAt + exchange.Time.GetElapsedTime(exchange.StartTimestamp, exchange.FirstByteTimestamp) : null,
        MappedAttributes = headers.Of(exchange.Head),
        ProductAttributes = Product(record),
    };

    /// <summary>What the backend was sent: its own credential, or those of the client where it has none.</summary>
    private static List<SecretString> Credentials(Exchange exchange)
    {
        IEnumerable<string> values = exchange.CredentialValue is { } own ? [own] : exchange.Backend is { Credential: null } ? HeaderPolicy.ClientCredentials(exchange.Head) : [];
        return [.. values.Select(static value => new SecretString(value[(value.LastIndexOf(' ') + 1)..]))]; // without its scheme
    }

    private static List<KeyValuePair<string, object>> Product(UsageRecord record)
    {
        var attributes = new List<KeyValuePair<string, object>> { new("aigateway.request_id", record.RequestId), new("aigateway.attempts", (long)record.Attempts) };
        if (record.Route is not null) attributes.Add(new("aigateway.route", record.Route));
        if (record.Backend is not null) attributes.Add(new("aigateway.backend", record.Backend));
        if (record.ErrorCode is not null) attributes.Add(new("aigateway.error_code", record.ErrorCode));
        foreach (var (key, value) in record.Costs) attributes.Add(new("aigateway.cost." + key, (long)Math.Min(value, long.MaxValue)));
        return attributes;
    }
}
