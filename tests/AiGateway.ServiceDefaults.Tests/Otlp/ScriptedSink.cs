using System.Threading.Channels;
using AiGateway.ServiceDefaults.Otlp;
using AiGateway.ServiceDefaults.Tests.Support;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>A sink that shows each request to the test and answers what the test says. Items are numbers.</summary>
internal sealed class ScriptedSink : IOtlpSender
{
    public static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(10);
    public static readonly SendResult Accepted = new(SendOutcome.Accepted, "200");

    private readonly Channel<int[]> _requests = Channel.CreateUnbounded<int[]>();
    private readonly Channel<SendResult?> _answers = Channel.CreateUnbounded<SendResult?>();

    public static OtlpExporter<int> Exporter(ScriptedSink sink, TimeProvider time, int queue = 16, int batch = 1, PaddingEncoder? encoder = null, ILogger? log = null) => new(
        new OtlpTarget { Sink = "scripted", Signal = OtlpSignal.Traces, Endpoint = new Uri("http://127.0.0.1:9"), Protocol = OtlpProtocol.HttpProtobuf, Timeout = AttemptLimit },
        new BatchOptions(TimeSpan.FromHours(1), queue, batch, TimeSpan.FromSeconds(30)),
        encoder ?? new PaddingEncoder(),
        new TelemetryMetrics(),
        log ?? new RecordingLog(),
        time,
        sink);

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await _requests.Writer.WriteAsync(Items(request), cancellationToken);
        return await _answers.Reader.ReadAsync(cancellationToken) ?? throw new HttpRequestException("closed");
    }

    public async Task ExpectAsync(params int[] items) => Assert.Equal(items, await NextAsync());

    public async Task<int[]> NextAsync() => await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public void Answer(SendResult result) => _answers.Writer.TryWrite(result);

    /// <summary>No answer: the connection ends.</summary>
    public void Close() => _answers.Writer.TryWrite(null);

    public void Dispose()
    {
    }

    private static int[] Items(ReadOnlyMemory<byte> request)
    {
        var items = new List<int>();
        var fields = new ProtobufFields(request.Span);
        while (fields.Next())
            if (fields.Number == 1)
                items.Add((int)fields.Integer);
        return [.. items];
    }
}

/// <summary>Each item is its number and as many bytes as the test wants.</summary>
internal sealed class PaddingEncoder : IOtlpEncoder<int>
{
    public int Padding { get; init; }

    /// <summary>What an item says that it takes.</summary>
    public long Estimate { get; init; } = sizeof(int);

    /// <summary>Requests of more bytes cannot be encoded.</summary>
    public int Limit { get; init; } = int.MaxValue;

    public long BytesOf(int item) => Estimate;

    public void Write(ProtobufWriter writer, ReadOnlySpan<int> items)
    {
        var limited = new ProtobufWriter(Limit);
        foreach (var item in items)
        {
            limited.Varint(1, (ulong)item);
            writer.Varint(1, (ulong)item);
            if (Padding == 0) continue;
            limited.Bytes(2, Padding);
            writer.Bytes(2, Padding);
        }
    }
}
