using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using OpenTelemetry;

namespace AiGateway.ServiceDefaults.Tracing;

/// <summary>Writes each finished span as one JSON line at once; for looking at a gateway by hand.</summary>
internal sealed class ConsoleSpanProcessor(Stream output) : BaseProcessor<Activity>
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public override void OnEnd(Activity data)
    {
        if (!data.Recorded) return;
        lock (_lock)
        {
            _buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_buffer)) Write(json, data);
            _buffer.Write("\n"u8);
            output.Write(_buffer.WrittenSpan);
            output.Flush();
        }
    }

    private static void Write(Utf8JsonWriter json, Activity span)
    {
        json.WriteStartObject();
        json.WriteString("name", span.DisplayName);
        json.WriteString("scope", span.Source.Name);
        json.WriteString("kind", span.Kind.ToString());
        json.WriteString("trace_id", span.TraceId.ToHexString());
        json.WriteString("span_id", span.SpanId.ToHexString());
        if (span.ParentSpanId != default) json.WriteString("parent_span_id", span.ParentSpanId.ToHexString());
        json.WriteString("start_time", span.StartTimeUtc);
        json.WriteString("end_time", span.StartTimeUtc + span.Duration);
        json.WriteString("status", span.Status.ToString());
        if (span.StatusDescription is { } description) json.WriteString("status_message", description);
        json.WriteStartObject("attributes");
        JsonAttributes.Write(json, span.TagObjects);
        json.WriteEndObject();
        json.WriteStartArray("events");
        foreach (var item in span.Events)
        {
            json.WriteStartObject();
            json.WriteString("name", item.Name);
            json.WriteString("time", item.Timestamp);
            json.WriteStartObject("attributes");
            JsonAttributes.Write(json, item.Tags);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
