using System.Collections;
using System.Globalization;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>The parts that spans, log records and metrics share: attributes, resource, time.</summary>
internal static class OtlpValues
{
    private const int KeyField = 1, ValueField = 2;
    private const int StringValue = 1, BoolValue = 2, IntValue = 3, DoubleValue = 4, ArrayValue = 5, BytesValue = 7;
    private const int ArrayItem = 1;

    /// <summary>Writes as many attributes as the limit allows.</summary>
    /// <returns>How many were left out.</returns>
    public static int Attributes(ProtobufWriter writer, int field, IEnumerable<KeyValuePair<string, object?>> attributes, int countLimit, int? lengthLimit = null)
    {
        int written = 0, dropped = 0;
        foreach (var (key, value) in attributes)
        {
            if (value is null) continue;
            if (written == countLimit)
            {
                dropped++;
                continue;
            }

            Attribute(writer, field, key, value, lengthLimit);
            written++;
        }

        return dropped;
    }

    public static void Attribute(ProtobufWriter writer, int field, string key, object value, int? lengthLimit = null)
    {
        var pair = writer.Begin(field);
        writer.Text(KeyField, key);
        Value(writer, ValueField, value, lengthLimit);
        writer.End(pair);
    }

    public static void Value(ProtobufWriter writer, int field, object? value, int? lengthLimit = null)
    {
        var any = writer.Begin(field);
        switch (value)
        {
            case string text: writer.Text(StringValue, Cut(text, lengthLimit)); break;
            case bool flag: writer.Varint(BoolValue, flag ? 1u : 0u); break;
            case long or int or short or sbyte or byte or ushort or uint:
                writer.Varint(IntValue, unchecked((ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture)));
                break;
            case double number: writer.Double(DoubleValue, number); break;
            case float number: writer.Double(DoubleValue, number); break;
            case byte[] bytes: writer.Bytes(BytesValue, bytes); break;
            case double[] vector: // Embedding vectors have thousands of items; boxing each would cost more than sending them.
                Vector(writer, vector);
                break;
            case IEnumerable items: Items(writer, items, lengthLimit); break;
            case null: break; // An AnyValue without a case is OTLP's null.
            default: writer.Text(StringValue, Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", lengthLimit)); break;
        }

        writer.End(any);
    }

    /// <summary>Resource with its attributes, in field 1 of every <c>Resource…</c> message.</summary>
    public static void Resource(ProtobufWriter writer, IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        var resource = writer.Begin(1);
        foreach (var (key, value) in attributes) Attribute(writer, 1, key, value);
        writer.End(resource);
    }

    /// <summary>Instrumentation scope, in field 1 of every <c>Scope…</c> message.</summary>
    public static void Scope(ProtobufWriter writer, string name, string? version, IEnumerable<KeyValuePair<string, object?>>? tags = null)
    {
        var scope = writer.Begin(1);
        writer.Text(1, name);
        if (!string.IsNullOrEmpty(version)) writer.Text(2, version);
        if (tags is not null) Attributes(writer, 3, tags, int.MaxValue);
        writer.End(scope);
    }

    public static ulong UnixNanoseconds(DateTime utc) => (ulong)(utc.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    private static void Vector(ProtobufWriter writer, double[] vector)
    {
        var array = writer.Begin(ArrayValue);
        foreach (var number in vector)
        {
            var item = writer.Begin(ArrayItem);
            writer.Double(DoubleValue, number);
            writer.End(item);
        }

        writer.End(array);
    }

    private static void Items(ProtobufWriter writer, IEnumerable items, int? lengthLimit)
    {
        var array = writer.Begin(ArrayValue);
        foreach (var item in items) Value(writer, ArrayItem, item, lengthLimit);
        writer.End(array);
    }

    private static ReadOnlySpan<char> Cut(string text, int? limit) => limit is { } most && text.Length > most ? text.AsSpan(0, most) : text;
}
