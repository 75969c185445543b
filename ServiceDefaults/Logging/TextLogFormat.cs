using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary><c>2026-01-31T12:00:00.000Z warn  Category: message request_id=…</c>; line breaks inside are shown as <c>\n</c>, so a value cannot forge a line.</summary>
internal sealed class TextLogFormat : ILogFormat
{
    private readonly StringBuilder _text = new();

    public void Write(ArrayBufferWriter<byte> output, in LogLine line, IExternalScopeProvider? scopes)
    {
        _text.Clear();
        _text.Append(line.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)).Append(' ');
        _text.Append(line.LevelName.PadRight(5)).Append(' ');
        _text.Append(line.Category.AsSpan(line.Category.LastIndexOf('.') + 1)).Append(": ").Append(line.Message);
        scopes?.ForEachScope(static (scope, text) =>
        {
            if (scope is not IEnumerable<KeyValuePair<string, object?>> values) return;
            foreach (var (name, value) in values)
                if (name != "{OriginalFormat}")
                    text.Append(' ').Append(name).Append('=').Append(Convert.ToString(value, CultureInfo.InvariantCulture));
        }, _text);
        if (line.Fault is { } fault) _text.Append(" | ").Append(fault);
        _text.Replace("\r", "\\r").Replace("\n", "\\n").Append('\n');
        foreach (var chunk in _text.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, output);
    }
}
