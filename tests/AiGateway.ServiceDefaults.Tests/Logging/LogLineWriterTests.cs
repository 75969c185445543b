using System.Diagnostics;
using System.Globalization;
using System.Text;
using AiGateway.ServiceDefaults.Tests.Support;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Tests.Logging;

/// <summary>The service log when standard error stands still, breaks, or flows again.</summary>
public sealed class LogLineWriterTests
{
    private static readonly string s_kilobyte = new('x', 1024);

    [Fact]
    public void Log_ReaderStandsStill_NobodyWaitsAndTheMissingLinesAreCounted()
    {
        using var output = new GatedStream();
        using var factory = Create(output);
        var log = factory.CreateLogger("Area");

        // Twice what the queue holds. On a writing thread the very first line would not come back.
        for (var index = 0; index < 8192; index++) log.LogWarning("{Index} {Text}", index, s_kilobyte);
        output.Open();
        factory.Dispose();

        var lines = output.Lines();
        var kept = lines[..^1].Select(line => int.Parse(line.Split("Area: ")[1].Split(' ')[0], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(0, kept.Length), kept);
        Assert.InRange(kept.Length, 3000, 4096);
        Assert.Contains($"ServiceLog: {8192 - kept.Length} log lines are missing before this one", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Log_FlowsAgain_LaterLinesFollowTheReport()
    {
        using var output = new GatedStream();
        using var factory = Create(output);
        var log = factory.CreateLogger("Area");
        for (var index = 0; index < 8192; index++) log.LogWarning("{Text}", s_kilobyte);
        output.Open();
        output.WaitFor("log lines are missing");

        log.LogWarning("after");
        factory.Dispose();

        Assert.EndsWith("Area: after", output.Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_ReaderStandsStill_EndsAllTheSame()
    {
        using var output = new GatedStream();
        using var factory = Create(output);
        factory.CreateLogger("Area").LogError("nobody reads this");

        var started = Stopwatch.GetTimestamp();
        factory.Dispose();

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(30));
        output.Open();
    }

    [Fact]
    public void Log_AfterDispose_IsNotTaken()
    {
        using var output = new GatedStream();
        output.Open();
        using var factory = Create(output);
        var log = factory.CreateLogger("Area");
        log.LogError("last");
        factory.Dispose();

        log.LogError("too late");

        Assert.EndsWith("Area: last", Assert.Single(output.Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_StreamFailsForAWhile_CountsWhatWasLost()
    {
        using var output = new GatedStream { Failures = 2 };
        output.Open();
        using var factory = Create(output);
        var log = factory.CreateLogger("Area");
        foreach (var text in (string[])["one", "two", "three"]) log.LogWarning("{Text}", text);
        factory.Dispose();

        var lines = output.Lines();
        Assert.EndsWith("Area: three", lines[0], StringComparison.Ordinal);
        Assert.Contains("ServiceLog: 2 log lines are missing", lines[1], StringComparison.Ordinal);
    }

    private static ILoggerFactory Create(Stream output) => ServiceLog.CreateFactory(ServiceLogOptions.Parse("info", "text"), output, new ManualTime());

    /// <summary>A stream whose writes block until it is opened, as a full pipe's do.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
        private readonly ManualResetEventSlim _open = new();
        private readonly object _gate = new();
        private int _failures;

        public int Failures { init => _failures = value; }

        public void Open() => _open.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!_open.Wait(s_limit)) throw new TimeoutException("a caller had to wait for the reader");
            if (_failures-- > 0) throw new IOException("broken");
            lock (_gate)
            {
                base.Write(buffer.ToArray(), 0, buffer.Length);
                Monitor.PulseAll(_gate);
            }
        }

        public string[] Lines()
        {
            lock (_gate) return Encoding.UTF8.GetString(ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        public void WaitFor(string text)
        {
            lock (_gate)
            {
                while (!Lines().LastOrDefault("").Contains(text, StringComparison.Ordinal)) Assert.True(Monitor.Wait(_gate, s_limit), $"'{text}' was not written");
            }
        }

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
