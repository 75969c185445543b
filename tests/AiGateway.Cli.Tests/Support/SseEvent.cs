using System.Text.Json;

namespace AiGateway.Cli.Tests.Support;

/// <summary>One server-sent event.</summary>
/// <param name="Name">Its <c>event</c> line, or null.</param>
/// <param name="Data">Its <c>data</c> line.</param>
internal sealed record SseEvent(string? Name, string Data)
{
    /// <summary>The data as JSON.</summary>
    public JsonElement Json => DemoClient.Parse(Data);

    /// <summary>Cuts a stream into events; anything that is not one fails.</summary>
    public static IReadOnlyList<SseEvent> Parse(string stream)
    {
        Assert.EndsWith("\n\n", stream, StringComparison.Ordinal);
        return [.. stream[..^2].Split("\n\n").Select(ParseOne)];
    }

    private static SseEvent ParseOne(string frame)
    {
        string? name = null;
        string? data = null;
        foreach (var line in frame.Split('\n'))
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else
                Assert.Fail($"unexpected line in a stream: {line}");
        }

        return new SseEvent(name, data ?? throw new InvalidOperationException("event without data"));
    }
}
