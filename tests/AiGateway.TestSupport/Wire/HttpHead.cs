using System.Text;

namespace AiGateway.TestSupport.Wire;

/// <summary>Start line and header fields of a request or a response.</summary>
/// <param name="StartLine">As received, without the line end.</param>
/// <param name="Headers">All fields.</param>
/// <param name="Raw">Every byte up to and with the empty line.</param>
public sealed record HttpHead(string StartLine, HeaderFields Headers, ReadOnlyMemory<byte> Raw)
{
    /// <summary>The words of the start line, at most three.</summary>
    public string[] Words() => StartLine.Split(' ', 3);

    /// <summary>Reads strictly: a bare LF, a folded line or a space before the colon is refused.</summary>
    public static HttpHead Parse(byte[] raw)
    {
        var text = Encoding.Latin1.GetString(raw);
        var lines = text[..^4].Split("\r\n");
        if (lines.Any(line => line.AsSpan().ContainsAny('\r', '\n')))
            throw new WireException("A line of the head ends with a bare CR or LF.");
        return new HttpHead(lines[0], ParseFields(lines.Skip(1)), raw);
    }

    public static HeaderFields ParseFields(IEnumerable<string> lines) => new([.. lines.Select(ParseField)]);

    private static KeyValuePair<string, string> ParseField(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(' ', '\t'))
            throw new WireException($"Not a header field: '{line}'");
        return new KeyValuePair<string, string>(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }
}
