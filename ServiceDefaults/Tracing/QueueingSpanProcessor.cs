using System.Diagnostics;
using AiGateway.ServiceDefaults.Otlp;
using OpenTelemetry;

namespace AiGateway.ServiceDefaults.Tracing;

/// <summary>Puts each finished, sampled span into the queue of every sink. Nothing else happens on the thread that ends the span.</summary>
internal sealed class QueueingSpanProcessor(IReadOnlyList<OtlpExporter<Activity>> exporters) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (!data.Recorded) return;
        foreach (var exporter in exporters) exporter.Add(data);
    }
}
