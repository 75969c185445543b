using System.Text.Json;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.AccessLogs;

public sealed class AccessLogTests
{
    [Fact]
    public async Task Entry_OnStandardOutput_IsOneJsonLineWithFieldsInOrder()
    {
        await using var test = new TestPipeline(TestPipeline.Options());
        var entry = test.Pipeline.AccessLog.Rent();
        entry.Add("start_time", new DateTimeOffset(2026, 1, 31, 13, 0, 0, 7, TimeSpan.FromHours(1)));
        entry.Add("user-agent", "Grüße \"x\"\r\n{\"forged\":1}");
        entry.Add("response_code", 200);
        entry.Add("duration", 1.5);
        entry.Add("ratio", double.NaN);
        entry.Add("stream", false);
        entry.Add("session.id", null);
        test.Pipeline.AccessLog.TryWrite(entry);
        await test.FlushAsync();
        Assert.Equal(
            """{"start_time":"2026-01-31T12:00:00.007Z","user-agent":"Grüße \"x\"\r\n{\"forged\":1}","response_code":200,"duration":1.5,"ratio":null,"stream":false,"session.id":null}""" + "\n",
            test.OutputText());
    }

    [Fact]
    public async Task Entries_Many_AreWrittenInOrderAndReused()
    {
        await using var test = new TestPipeline(TestPipeline.Options());
        for (var round = 0; round < 10; round++)
        {
            for (var index = 0; index < 500; index++)
            {
                var entry = test.Pipeline.AccessLog.Rent();
                entry.Add("n", (round * 500) + index);
                Assert.True(test.Pipeline.AccessLog.TryWrite(entry));
            }

            await test.FlushAsync();
        }

        var numbers = test.OutputText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("n").GetInt32());
        Assert.Equal(Enumerable.Range(0, 5000), numbers);
    }

    [Fact]
    public async Task Exporter_None_DropsWithoutWriting()
    {
        await using var test = new TestPipeline(TestPipeline.Options(("OTEL_LOGS_EXPORTER", "none")));
        Assert.False(test.Pipeline.AccessLog.IsEnabled);
        Assert.False(test.Pipeline.AccessLog.TryWrite(test.Pipeline.AccessLog.Rent()));
        await test.FlushAsync();
        Assert.Empty(test.OutputText());
    }

    [Fact]
    public async Task Writer_Blocked_RequestsGoOnAndTheLossIsCounted()
    {
        using var output = new BlockedStream();
        await using var pipeline = TelemetryPipeline.Start(TestPipeline.Options(), new TelemetrySources([], []), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, output);
        var log = pipeline.AccessLog;
        Assert.True(Write(log));
        await output.Entered;
        var dropped = 0;
        for (var index = 0; index < 10_000; index++)
            if (!Write(log))
                dropped++;
        Assert.InRange(dropped, 1, 10_000 - 8000);
        output.Open();
        Assert.True(await pipeline.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(10_001 - dropped, output.Lines);
    }

    [Fact]
    public async Task Producer_FillingAnEntry_StaysWithinItsAllocationBudget()
    {
        using var sink = new CountingStream();
        await using var pipeline = TelemetryPipeline.Start(TestPipeline.Options(), new TelemetrySources([], []), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, sink);
        const int Rounds = 500;
        await MeasureAsync(pipeline, Rounds);
        await MeasureAsync(pipeline, Rounds);
        var bytes = await MeasureAsync(pipeline, Rounds);
        Assert.InRange(bytes / Rounds, 0, 300);
    }

    /// <summary>Bytes that the producing thread allocates for a number of entries of 30 fields.</summary>
    private static async Task<long> MeasureAsync(TelemetryPipeline pipeline, int rounds)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < rounds; round++)
        {
            var entry = pipeline.AccessLog.Rent();
            for (var field = 0; field < 15; field++)
            {
                entry.Add("user-agent", "client/1.0");
                entry.Add("bytes_received", field);
            }

            pipeline.AccessLog.TryWrite(entry);
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(await pipeline.FlushAsync(TestContext.Current.CancellationToken));
        return bytes;
    }

    private static bool Write(AccessLogPipeline log)
    {
        var entry = log.Rent();
        entry.Add("method", "POST");
        return log.TryWrite(entry);
    }

    private sealed class CountingStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
        }
    }

    private sealed class BlockedStream : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Entered => _entered.Task;

        public int Lines { get; private set; }

        public void Open() => _gate.Set();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _entered.TrySetResult();
            _gate.Wait();
            Lines += buffer.AsSpan(offset, count).Count((byte)'\n');
        }

        protected override void Dispose(bool disposing)
        {
            _gate.Set();
            base.Dispose(disposing);
        }
    }
}
