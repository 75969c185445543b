using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Finished activities as <c>ExportTraceServiceRequest</c>, one scope for each source in the batch.</summary>
internal sealed class OtlpSpanEncoder(IReadOnlyList<KeyValuePair<string, string>> resource, SpanLimits limits) : IOtlpEncoder<Activity>
{
    private const uint HasIsRemote = 0x100, IsRemote = 0x200;
    private readonly HashSet<ActivitySource> _sources = [];

    public void Write(ProtobufWriter writer, ReadOnlySpan<Activity> items)
    {
        var resourceSpans = writer.Begin(1);
        OtlpValues.Resource(writer, resource);
        _sources.Clear();
        foreach (var activity in items)
            if (_sources.Add(activity.Source))
                ScopeSpans(writer, activity.Source, items);
        writer.End(resourceSpans);
    }

    public long BytesOf(Activity item)
    {
        var bytes = 1024L; // the activity itself, short tags and their list
        foreach (ref readonly var tag in item.EnumerateTagObjects()) bytes += Text(tag.Value);
        foreach (ref readonly var happened in item.EnumerateEvents())
        {
            foreach (ref readonly var tag in happened.EnumerateTagObjects()) bytes += Text(tag.Value);
        }

        return bytes;

        static long Text(object? value) => value is string text ? text.Length * sizeof(char) : sizeof(long);
    }

    private void ScopeSpans(ProtobufWriter writer, ActivitySource source, ReadOnlySpan<Activity> items)
    {
        var scopeSpans = writer.Begin(2);
        OtlpValues.Scope(writer, source.Name, source.Version, source.Tags);
        foreach (var activity in items)
            if (ReferenceEquals(activity.Source, source))
                Span(writer, activity);
        if (source.TelemetrySchemaUrl is { Length: > 0 } schema) writer.Text(3, schema);
        writer.End(scopeSpans);
    }

    private void Span(ProtobufWriter writer, Activity activity)
    {
        var span = writer.Begin(2);
        Ids(writer, activity.TraceId, activity.SpanId);
        if (activity.TraceStateString is { Length: > 0 } state) writer.Text(3, state);
        if (activity.ParentSpanId != default) activity.ParentSpanId.CopyTo(writer.Bytes(4, 8));
        writer.Text(5, activity.DisplayName);
        writer.Varint(6, (ulong)activity.Kind + 1); // OTLP counts from 1 in the same order; 0 is unspecified.
        var start = OtlpValues.UnixNanoseconds(activity.StartTimeUtc);
        writer.Fixed64(7, start);
        writer.Fixed64(8, start + ((ulong)activity.Duration.Ticks * 100));
        Dropped(writer, 10, OtlpValues.Attributes(writer, 9, activity.TagObjects, limits.AttributeCount, limits.AttributeValueLength));
        Events(writer, activity);
        Links(writer, activity);
        Status(writer, activity);
        writer.Fixed32(16, (uint)activity.ActivityTraceFlags | HasIsRemote | (activity.HasRemoteParent ? IsRemote : 0));
        writer.End(span);
    }

    private void Events(ProtobufWriter writer, Activity activity)
    {
        var count = 0;
        foreach (var item in activity.Events)
        {
            if (count++ >= limits.EventCount) continue;
            var start = writer.Begin(11);
            writer.Fixed64(1, OtlpValues.UnixNanoseconds(item.Timestamp.UtcDateTime));
            writer.Text(2, item.Name);
            Dropped(writer, 4, OtlpValues.Attributes(writer, 3, item.Tags, limits.EventAttributeCount, limits.AttributeValueLength));
            writer.End(start);
        }

        Dropped(writer, 12, count - limits.EventCount);
    }

    private void Links(ProtobufWriter writer, Activity activity)
    {
        var count = 0;
        foreach (var item in activity.Links)
        {
            if (count++ >= limits.LinkCount) continue;
            var start = writer.Begin(13);
            Ids(writer, item.Context.TraceId, item.Context.SpanId);
            if (item.Context.TraceState is { Length: > 0 } state) writer.Text(3, state);
            if (item.Tags is not null)
                Dropped(writer, 5, OtlpValues.Attributes(writer, 4, item.Tags, limits.LinkAttributeCount, limits.AttributeValueLength));
            writer.Fixed32(6, (uint)item.Context.TraceFlags | HasIsRemote | (item.Context.IsRemote ? IsRemote : 0));
            writer.End(start);
        }

        Dropped(writer, 14, count - limits.LinkCount);
    }

    private static void Status(ProtobufWriter writer, Activity activity)
    {
        if (activity.Status == ActivityStatusCode.Unset) return;
        var status = writer.Begin(15);
        if (activity.Status == ActivityStatusCode.Error && activity.StatusDescription is { } description) writer.Text(2, description);
        writer.Varint(3, activity.Status == ActivityStatusCode.Ok ? 1u : 2u);
        writer.End(status);
    }

    private static void Ids(ProtobufWriter writer, ActivityTraceId traceId, ActivitySpanId spanId)
    {
        traceId.CopyTo(writer.Bytes(1, 16));
        spanId.CopyTo(writer.Bytes(2, 8));
    }

    private static void Dropped(ProtobufWriter writer, int field, int count)
    {
        if (count > 0) writer.Varint(field, (ulong)count);
    }
}
