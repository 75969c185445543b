using System.Diagnostics.Metrics;

namespace AiGateway.ServiceDefaults;

/// <summary>The instruments of <see cref="TelemetryMetrics"/> with the attributes of one sink and signal.</summary>
internal sealed class SinkMetrics(TelemetryMetrics owner, string sink, string signal, Func<int> queueLength) : IDisposable
{
    private readonly KeyValuePair<string, object?> _sink = new("sink", sink);
    private readonly KeyValuePair<string, object?> _signal = new("signal", signal);

    public void Dropped(string reason, long count) => owner.Dropped.Add(count, _sink, _signal, new("reason", reason));

    public void Exported(long count) => owner.Exported.Add(count, _sink, _signal);

    public void Failed(string status) => owner.Failures.Add(1, _sink, _signal, new("status", status));

    public Measurement<long> QueueLength() => new(queueLength(), _sink, _signal);

    public void Dispose() => owner.Remove(this);
}
