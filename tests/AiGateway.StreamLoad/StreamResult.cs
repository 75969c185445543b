using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;

namespace AiGateway.StreamLoad;

/// <summary>What arrived of one stream.</summary>
/// <param name="expected">Frames that the provider sends.</param>
internal sealed class StreamResult(int expected)
{
    private int _next;

    /// <summary>Time under way of each frame, in ticks of <see cref="Stopwatch"/>.</summary>
    public List<long> Delays { get; } = new(expected);

    public int Reordered { get; private set; }

    /// <summary>Whether the closing event came.</summary>
    public bool Finished { get; private set; }

    public string? Failure { get; private set; }

    public void Fail(string why) => Failure = why;

    public async Task ReadAsync(Stream body)
    {
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 1024));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var now = Stopwatch.GetTimestamp();
                var buffer = read.Buffer;
                while (TryTakeLine(ref buffer, out var line)) Take(line, now);
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            Fail(exception.Message);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end) return false;
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private void Take(ReadOnlySequence<byte> line, long now)
    {
        var bytes = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        if (bytes.SequenceEqual(Frame.Done)) Finished = true;
        if (!Frame.TryRead(bytes, out var number, out var sentAt)) return;
        if (number != _next) Reordered++;
        _next = number + 1;
        Delays.Add(now - sentAt);
    }
}
