using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>The instruments of the engine. GenAI names, units and boundaries are those of the OpenTelemetry convention that dashboards are built on.</summary>
public sealed class GatewayMetrics : IDisposable
{
    /// <summary>Scope name that existing dashboards select by.</summary>
    public const string MeterName = "envoyproxy/ai-gateway";

    private const string Unknown = "unknown";

    /// <summary>Models that no rule names become label values only up to this many: callers choose the names.</summary>
    private const int LargestFreeModelCount = 256;

    private const string OtherModel = "other";

    private readonly Meter _meter;
    private readonly Histogram<double> _tokens;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Histogram<double> _overhead;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _costFailures;
    private readonly Counter<long> _reloads;
    private readonly Counter<long> _spanAttributesDropped;
    private readonly HeaderAttributeMap _headers;
    private readonly ConcurrentDictionary<string, byte> _freeModels = new(StringComparer.Ordinal);
    private int _freeModelCount;

    /// <param name="headers">Request headers that become attributes.</param>
    public GatewayMetrics(HeaderAttributeMap headers)
    {
        _headers = headers;
        _meter = new Meter(MeterName);
        _tokens = Histogram("gen_ai.client.token.usage", "token", "Tokens per request, by kind.",
            1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864);
        _duration = Histogram("gen_ai.server.request.duration", "s", "Time until the last byte of the response.",
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
        _timeToFirstToken = Histogram("gen_ai.server.time_to_first_token", "s", "Streams: time until the first body chunk.",
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60);
        _timePerOutputToken = Histogram("gen_ai.server.time_per_output_token", "s", "Streams: mean gap between output tokens after the first.",
            0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5);
        _overhead = Histogram("aigateway.overhead", "s", "Time the gateway itself took before the first byte to the backend.",
            0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 1);
        _active = _meter.CreateUpDownCounter<long>("aigateway.exchanges.active", null, "Exchanges that have not completed.");
        _attempts = _meter.CreateCounter<long>("aigateway.attempts", null, "Attempts by backend and what became of them.");
        _costFailures = _meter.CreateCounter<long>("aigateway.cost.failures", null, "Cost expressions that gave no value.");
        _reloads = _meter.CreateCounter<long>("aigateway.config.reloads", null, "Configuration reloads by result.");
        _spanAttributesDropped = _meter.CreateCounter<long>("aigateway.span.attributes.dropped", null, "Groups of span attributes left out because they could not be extracted.");
    }

    /// <summary>Shows how many spans were given up before they were built.</summary>
    /// <param name="dropped">Reads the count.</param>
    public void ObserveDroppedSpans(Func<long> dropped) =>
        _meter.CreateObservableCounter("aigateway.spans.dropped", dropped, null, "Spans given up because too many, or too large ones, were waiting.");

    /// <summary>Attributes of a span could not be extracted; the span goes without them.</summary>
    /// <param name="extraction">Which ones; a name from the code.</param>
    /// <param name="fault">Why. The type alone is kept: the message may quote content.</param>
    public void SpanAttributesDropped(string extraction, Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _spanAttributesDropped.Add(1, new KeyValuePair<string, object?>("extraction", extraction), new KeyValuePair<string, object?>("error.type", fault.GetType().Name));
    }

    /// <summary>An exchange began.</summary>
    public void Started() => _active.Add(1);

    /// <summary>An attempt ended.</summary>
    /// <param name="backend">Full backend name.</param>
    /// <param name="outcome"><c>ok</c>, <c>status</c>, or an error code.</param>
    public void Attempt(string backend, string outcome)
    {
        if (_attempts.Enabled) _attempts.Add(1, new KeyValuePair<string, object?>("backend", backend), new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>A reload was applied or refused.</summary>
    /// <param name="applied">Which of the two.</param>
    public void Reload(bool applied) => _reloads.Add(1, new KeyValuePair<string, object?>("result", applied ? "applied" : "rejected"));

    /// <summary>A cost expression failed.</summary>
    public void CostFailed(string key) => _costFailures.Add(1, new KeyValuePair<string, object?>("key", key));

    /// <summary>Time from the request to the first byte towards the backend.</summary>
    public void Overhead(TimeSpan elapsed) => _overhead.Record(elapsed.TotalSeconds);

    /// <summary>Records a finished exchange. Called once, by <see cref="Completion"/>.</summary>
    public void Completed(Exchange exchange, UsageRecord record)
    {
        var tags = Tags(exchange, record);
        var duration = exchange.AttemptTimestamp == 0 ? record.Duration : exchange.Time.GetElapsedTime(exchange.AttemptTimestamp);
        if (record.Outcome == ExchangeOutcome.Succeeded)
        {
            _duration.Record(duration.TotalSeconds, tags);
        }
        else
        {
            var failed = tags;
            failed.Add("error.type", ErrorType(record));
            _duration.Record(duration.TotalSeconds, failed);
        }

        RecordTokens(record.Usage, tags);
        RecordLatencies(exchange, record, duration, tags);
        _active.Add(-1); // last: whoever sees that nothing runs sees everything counted
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    private static string ErrorType(UsageRecord record) => record.Outcome switch
    {
        ExchangeOutcome.ClientCancelled => "cancelled",
        _ when record.ErrorCode is { } code => code,
        _ when record.Status >= 400 => record.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => "_OTHER",
    };

    private TagList Tags(Exchange exchange, UsageRecord record)
    {
        var original = ModelLabel(exchange, record);
        var request = exchange.Backend?.Spec.ModelNameOverride is { Length: > 0 } configured ? configured : original;
        var tags = new TagList
        {
            { "gen_ai.operation.name", record.Operation },
            { "gen_ai.provider.name", exchange.Backend?.ProviderName ?? Unknown },
            { "gen_ai.original.model", original },
            { "gen_ai.request.model", request },
            { "gen_ai.response.model", record.ResponseModel ?? (record.Status is >= 200 and < 300 ? request : Unknown) },
        };
        foreach (var (attribute, value) in _headers.Of(exchange.Head)) tags.Add(attribute, value);
        return tags;
    }

    /// <summary>
    /// The requested model as a label. Before a rule matched, and behind a rule for any model, it is the caller's word: then it counts only when a backend
    /// served it, and only so often that callers cannot fill the series.
    /// </summary>
    private string ModelLabel(Exchange exchange, UsageRecord record)
    {
        var model = exchange.RequestedModel;
        if (exchange.Rule is null || model.Length == 0) return Unknown;
        if (exchange.Listener.Routes.Names(model) || _freeModels.ContainsKey(model)) return model;
        if (record.Status is < 200 or >= 300 || Volatile.Read(ref _freeModelCount) >= LargestFreeModelCount) return OtherModel;
        if (_freeModels.TryAdd(model, 0)) Interlocked.Increment(ref _freeModelCount);
        return model;
    }

    private void RecordTokens(in TokenUsage usage, in TagList tags)
    {
        if (!_tokens.Enabled || usage.IsEmpty) return;
        Record(usage.Input, "input", tags);
        Record(usage.CachedInput, "cached_input", tags);
        Record(usage.CacheCreationInput, "cache_creation_input", tags);
        Record(usage.Output, "output", tags);
        Record(usage.Reasoning, "reasoning", tags);
    }

    private void Record(long? count, string kind, in TagList tags)
    {
        if (count is null) return;
        var typed = tags;
        typed.Add("gen_ai.token.type", kind);
        _tokens.Record(count.Value, typed);
    }

    private void RecordLatencies(Exchange exchange, UsageRecord record, TimeSpan duration, in TagList tags)
    {
        if (!exchange.Streamed || exchange.FirstByteTimestamp == 0) return;
        var first = exchange.Time.GetElapsedTime(exchange.AttemptTimestamp, exchange.FirstByteTimestamp);
        _timeToFirstToken.Record(first.TotalSeconds, tags);
        if (exchange.Reads > 1 && record.Outcome == ExchangeOutcome.Succeeded && record.Usage.Output is > 1 and var tokens)
        {
            _timePerOutputToken.Record((duration - first).TotalSeconds / (tokens - 1), tags);
        }
    }

    private Histogram<double> Histogram(string name, string unit, string description, params double[] boundaries) =>
        _meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
