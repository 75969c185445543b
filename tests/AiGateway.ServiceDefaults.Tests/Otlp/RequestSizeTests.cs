using AiGateway.ServiceDefaults.Otlp;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>Batches that are too large for somebody on the way arrive in parts.</summary>
public sealed class RequestSizeTests
{
    private const int Megabyte = 1_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_OfLargeItems_IsCutAndTheRestFollowsAtOnce()
    {
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, batch: 16, encoder: new PaddingEncoder { Estimate = 2 * Megabyte });
        exporter.Start();
        // Four megabytes wake the loop, although the batch is not full and the next turn is an hour away.
        exporter.Add(0);
        exporter.Add(1);
        await sink.ExpectAsync(0, 1);
        for (var item = 2; item < 6; item++) exporter.Add(item);
        sink.Answer(ScriptedSink.Accepted);
        await sink.ExpectAsync(2, 3);
        sink.Answer(ScriptedSink.Accepted);
        await sink.ExpectAsync(4, 5);
        sink.Answer(ScriptedSink.Accepted);
        await exporter.FlushAsync(Cancellation);
    }

    [Theory]
    [InlineData(3 * Megabyte / 2, int.MaxValue)] // over the four megabytes that collectors take
    [InlineData(100, 250)] // more than the encoder can hold
    public async Task Request_TooLarge_IsSentInHalves(int padding, int limit)
    {
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, batch: 4, encoder: new PaddingEncoder { Padding = padding, Limit = limit });
        exporter.Start();
        for (var item = 0; item < 4; item++) exporter.Add(item);
        await sink.ExpectAsync(0, 1);
        sink.Answer(ScriptedSink.Accepted);
        await sink.ExpectAsync(2, 3);
        sink.Answer(ScriptedSink.Accepted);
        await exporter.FlushAsync(Cancellation);
    }

    [Fact]
    public async Task Item_TooLargeToEncode_IsGivenUpWithAWordAboutWhatToDo()
    {
        var log = new RecordingLog();
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, TimeProvider.System, encoder: new PaddingEncoder { Padding = 100, Limit = 50 }, log: log);
        exporter.Start();
        exporter.Add(1);
        await exporter.FlushAsync(Cancellation);

        var line = Assert.Single(log.Lines);
        Assert.Contains("refused traces at http://127.0.0.1:9/ (too_large: The encoded request is larger than 50 bytes.); 1 items are lost", line, StringComparison.Ordinal);
        Assert.Contains("limit the length of attribute values", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_EndsThreeTimesOnALargeRequest_HalvesAreSent()
    {
        var time = new ManualTime { Skips = wait => wait != ScriptedSink.AttemptLimit };
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, time, batch: 4, encoder: new PaddingEncoder { Padding = 600_000 });
        exporter.Start();
        for (var item = 0; item < 4; item++) exporter.Add(item);
        for (var attempt = 0; attempt < 3; attempt++) await Refuse(0, 1, 2, 3);
        for (var attempt = 0; attempt < 3; attempt++) await Refuse(0, 1);
        // Small enough: these go on as they are, however long it takes.
        for (var attempt = 0; attempt < 5; attempt++) await Refuse(0);
        foreach (var single in (int[])[0, 1])
        {
            await sink.ExpectAsync(single);
            sink.Answer(ScriptedSink.Accepted);
        }

        await sink.ExpectAsync(2, 3);
        sink.Answer(ScriptedSink.Accepted);
        await exporter.FlushAsync(Cancellation);

        async Task Refuse(params int[] items)
        {
            await sink.ExpectAsync(items);
            sink.Close();
        }
    }

    [Fact]
    public async Task Connection_EndsOnASmallRequest_StaysWhole()
    {
        var time = new ManualTime { Skips = wait => wait != ScriptedSink.AttemptLimit };
        var sink = new ScriptedSink();
        await using var exporter = ScriptedSink.Exporter(sink, time, batch: 2, encoder: new PaddingEncoder { Padding = 400_000 });
        exporter.Start();
        exporter.Add(0);
        exporter.Add(1);
        for (var attempt = 0; attempt < 8; attempt++)
        {
            await sink.ExpectAsync(0, 1);
            sink.Close();
        }

        await sink.ExpectAsync(0, 1);
        sink.Answer(ScriptedSink.Accepted);
        await exporter.FlushAsync(Cancellation);
    }

    [Fact]
    public void Writer_OverItsLimit_Refuses()
    {
        var writer = new ProtobufWriter(limit: 20);
        var message = writer.Begin(1);

        Assert.Throws<ProtobufTooLargeException>(() => writer.Text(2, "longer than what is left"));
        writer.End(message);
        Assert.InRange(writer.Length, 0, 20);
    }
}
