using System.Text;
using System.Text.Json;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>A file to which another process appends lines of JSON. Each line is read once.</summary>
/// <param name="path">The file; it need not exist yet.</param>
internal sealed class JsonLines(string path)
{
    private readonly Lock _lock = new();
    private readonly List<JsonElement> _lines = [];
    private long _read;

    /// <summary>All whole lines so far.</summary>
    public IReadOnlyList<JsonElement> Read()
    {
        lock (_lock)
        {
            if (File.Exists(path)) ReadOn();
            return [.. _lines];
        }
    }

    private void ReadOn()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_read, SeekOrigin.Begin);
        var bytes = new byte[file.Length - _read];
        file.ReadExactly(bytes);
        // The last line may be half written.
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _lines.Add(JsonElement.Parse(line));
        _read += whole;
    }
}
