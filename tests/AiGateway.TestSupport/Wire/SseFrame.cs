namespace AiGateway.TestSupport.Wire;

/// <summary>One event of an event stream, read by the letter of the HTML standard and independently of the product's own reader.</summary>
/// <param name="Event">Null when the stream gave none.</param>
/// <param name="Data">Data lines joined with LF.</param>
public sealed record SseFrame(string? Event, string Data)
{
    /// <summary>Reads a whole stream. Comments are dropped; an unfinished last event is dropped, as browsers do.</summary>
    public static IReadOnlyList<SseFrame> Parse(string stream)
    {
        var frames = new List<SseFrame>();
        string? name = null;
        var data = new List<string>();
        var lines = stream.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

        // What follows the last line end is not a line yet.
        foreach (var line in lines.SkipLast(1))
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                    frames.Add(new SseFrame(name, string.Join('\n', data)));
                name = null;
                data.Clear();
                continue;
            }

            var (field, value) = Split(line);
            if (field == "data")
                data.Add(value);
            else if (field == "event")
                name = value;
        }

        return frames;
    }

    private static (string Field, string Value) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (line, "");
        var value = line[(colon + 1)..];
        return (line[..colon], value.StartsWith(' ') ? value[1..] : value);
    }
}
