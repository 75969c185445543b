using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Small JSON texts written for attributes; values of the source are copied byte for byte.</summary>
internal static class JsonText
{
    /// <summary>The object that the action writes into.</summary>
    public static string Object(Action<Utf8JsonWriter> members) => Encoding.UTF8.GetString(ObjectBytes(members).Span);

    /// <summary>As <see cref="Object"/>, in bytes.</summary>
    public static ReadOnlyMemory<byte> ObjectBytes(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MinimalJsonEncoder.WriterOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The object without some of its members.</summary>
    public static string Without(JsonElement element, params ReadOnlySpan<string> names)
    {
        var omitted = names.ToArray();
        return Object(writer =>
        {
            foreach (var member in element.EnumerateObject())
            {
                if (omitted.Contains(member.Name)) continue;
                writer.WriteRaw(member.Name, member.Value);
            }
        });
    }

    /// <summary>A member whose value is copied as it is.</summary>
    public static void WriteRaw(this Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
    }
}
