using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary>One JSON object for each line: <c>time</c>, <c>level</c>, <c>logger</c>, <c>event</c>, <c>msg</c>, then the message's and the scopes' values.</summary>
internal sealed class JsonLogFormat : ILogFormat
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Write(ArrayBufferWriter<byte> output, in LogLine line, IExternalScopeProvider? scopes)
    {
        using (var json = new Utf8JsonWriter(output, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, line.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level"u8, line.LevelName);
            json.WriteString("logger"u8, line.Category);
            json.WriteNumber("event"u8, line.EventId);
            json.WriteString("msg"u8, line.Message);
            Values(json, line.Values);
            scopes?.ForEachScope(static (scope, writer) =>
            {
                if (scope is IEnumerable<KeyValuePair<string, object?>> values) Values(writer, values);
            }, json);
            if (line.Fault is { } fault) json.WriteString("error"u8, fault.ToString());
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Values(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> values) =>
        JsonAttributes.Write(json, values.Where(value => value.Key != "{OriginalFormat}"));
}
