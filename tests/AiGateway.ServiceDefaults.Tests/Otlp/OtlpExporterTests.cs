using AiGateway.ServiceDefaults.Otlp;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>The export loop against a scripted sink, without a network.</summary>
public sealed class OtlpExporterTests
{
    private static readonly SendResult s_accepted = ScriptedSink.Accepted;

    [Fact]
    public async Task Queue_FullWhileSinkIsSlow_KeepsTheNewest()
    {
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, queue: 4, batch: 2);
        exporter.Start();
        exporter.Add(0);
        exporter.Add(1);
        await sink.ExpectAsync(0, 1);
        for (var item = 2; item < 12; item++) exporter.Add(item);
        sink.Answer(s_accepted);
        await sink.ExpectAsync(8, 9);
        sink.Answer(s_accepted);
        await sink.ExpectAsync(10, 11);
        sink.Answer(s_accepted);
        await exporter.FlushAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Retry_WithRetryAfter_WaitsAtLeastThatLong()
    {
        var time = new ManualTime { Skips = wait => wait < TimeSpan.FromSeconds(9) };
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, time);
        exporter.Start();
        exporter.Add(1);
        await sink.ExpectAsync(1);
        sink.Answer(new SendResult(SendOutcome.Retry, "429", TimeSpan.FromSeconds(7)));
        await sink.ExpectAsync(1);
        Assert.InRange(Assert.Single(time.Waits), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.7));
        sink.Answer(s_accepted);
    }

    [Fact]
    public async Task Retry_WithoutRetryAfter_DoublesWithJitter()
    {
        var time = new ManualTime { Skips = wait => wait != ScriptedSink.AttemptLimit };
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, time);
        exporter.Start();
        exporter.Add(1);
        for (var attempt = 0; attempt < 9; attempt++)
        {
            await sink.ExpectAsync(1);
            sink.Answer(new SendResult(SendOutcome.Retry, "503"));
        }

        await sink.NextAsync();
        sink.Answer(s_accepted);
        double[] longest = [0.5, 1, 2, 4, 8, 16, 30, 30, 30];
        Assert.Equal(longest.Length, time.Waits.Count);
        for (var index = 0; index < longest.Length; index++)
            Assert.InRange(time.Waits[index].TotalSeconds, longest[index] / 2, longest[index]);
    }

    [Fact]
    public async Task TooLarge_SeveralItems_AreSentInHalves()
    {
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, batch: 4);
        exporter.Start();
        for (var item = 0; item < 4; item++) exporter.Add(item);
        await sink.ExpectAsync(0, 1, 2, 3);
        sink.Answer(new SendResult(SendOutcome.TooLarge, "413"));
        await sink.ExpectAsync(0, 1);
        sink.Answer(s_accepted);
        await sink.ExpectAsync(2, 3);
        sink.Answer(s_accepted);
        await exporter.FlushAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rejected_Batch_IsDroppedAndTheNextIsSent()
    {
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, batch: 1);
        exporter.Start();
        exporter.Add(1);
        exporter.Add(2);
        await sink.ExpectAsync(1);
        sink.Answer(new SendResult(SendOutcome.Rejected, "400"));
        await sink.ExpectAsync(2);
        sink.Answer(s_accepted);
        await exporter.FlushAsync(TestContext.Current.CancellationToken);
    }
}
