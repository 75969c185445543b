using System.Globalization;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>
/// 2,000 streams of five frames a second at once (<c>AIGW_LOAD_STREAMS</c>, <c>AIGW_LOAD_SECONDS</c>; 20 seconds by default, 120 for a figure worth quoting).
/// Asserts what a busy machine does not excuse: lost or reordered frames and memory that grows. Times are reported, not asserted:
/// <c>artifacts/stream-load.json</c>.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class StreamLoadTests
{
    private const int FramesPerSecond = 5;

    private static readonly int s_streams = Setting("AIGW_LOAD_STREAMS", 2000);
    private static readonly int s_seconds = Setting("AIGW_LOAD_SECONDS", 20);

    [Fact]
    public async Task ManyStreams_AtOnce_LoseAndReorderNothing()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromSeconds((4 * s_seconds) + 240), TestContext.Current.CancellationToken);
        await using var upstream = StreamLoad.Start("upstream", Text(s_seconds * FramesPerSecond), Text(1000 / FramesPerSecond));
        var port = int.Parse((await upstream.WaitForOutputLineAsync(line => line.StartsWith("listening on ", StringComparison.Ordinal), deadline)).Split(' ')[^1], CultureInfo.InvariantCulture);
        await using var gateway = await GatewayProcess.StartAsync(new GatewayManifest().Model("load", "openai", "OpenAI", port), environment: null, deadline);

        var direct = await StreamLoad.RunClientAsync(new Uri($"http://127.0.0.1:{port}/v1/chat/completions"), s_streams, s_seconds * FramesPerSecond, _ => { }, deadline);
        var memory = new List<long>();
        var through = await StreamLoad.RunClientAsync(
            new Uri(gateway.Endpoint, "v1/chat/completions"), s_streams, s_seconds * FramesPerSecond, _ => memory.Add(gateway.Process.ResidentBytes / 1024 / 1024), deadline);

        Report(direct, through, memory, gateway.Process.ProcessorTime);
        Assert.Equal((0L, 0L, 0), (through.Lost, through.Reordered, through.Failed + through.Unfinished));
        AssertFlat(memory);
    }

    // After all streams run, the same work repeats: the last third must not need noticeably more than the first.
    private static void AssertFlat(List<long> memory)
    {
        Assert.True(memory.Count >= 6, $"only {memory.Count} readings of memory");
        var third = memory.Count / 3;
        var (early, late) = (memory.Take(third).Average(), memory.TakeLast(third).Average());
        Assert.True(late < (early * 1.15) + 32, $"resident memory grew from {early:0} to {late:0} MB: {string.Join(' ', memory)}");
    }

    private static void Report(LoadResult direct, LoadResult through, List<long> memory, TimeSpan processor)
    {
        var report = JsonSerializer.Serialize(new
        {
            streams = s_streams,
            seconds = s_seconds,
            direct,
            gateway = through,
            addedP50 = Math.Round(through.P50 - direct.P50, 2),
            addedP99 = Math.Round(through.P99 - direct.P99, 2),
            gatewayProcessorSeconds = Math.Round(processor.TotalSeconds, 1),
            residentMegabytes = memory,
        });
        var folder = RepositoryRoot.Combine("artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "stream-load.json"), report + "\n");
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    private static int Setting(string name, int usual) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
