using System.Globalization;
using System.Runtime.CompilerServices;

namespace AiGateway.TestSupport.Wire;

/// <summary>Reads one response body and remembers how it ended.</summary>
public sealed class RawBodyReader
{
    private readonly WireReader _reader;
    private readonly HttpHead _head;
    private readonly bool _empty;
    private readonly Func<TimeSpan> _elapsed;

    internal RawBodyReader(WireReader reader, HttpHead head, bool toHead, Func<TimeSpan> elapsed)
    {
        _reader = reader;
        _head = head;
        _elapsed = elapsed;
        _empty = toHead || head.Words()[1] is "204" or "304";
    }

    /// <summary>Valid when <see cref="ReadAsync"/> has ended.</summary>
    public BodyEnd End { get; private set; }

    /// <summary>What was wrong with the framing when <see cref="End"/> is not <see cref="BodyEnd.Complete"/>.</summary>
    public string? Problem { get; private set; }

    public HeaderFields Trailers { get; private set; } = HeaderFields.None;

    /// <summary>The chunks as they arrive. Never throws because of the other side: see <see cref="End"/>.</summary>
    public async IAsyncEnumerable<ReceivedChunk> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var left = _empty ? 0 : Length() ?? long.MaxValue;
        var trailers = new List<string>();
        while (left > 0)
        {
            var data = await ReadNextAsync(left, trailers, cancellationToken);
            if (data is not { Length: > 0 })
                break;
            left -= data.Length;
            yield return new ReceivedChunk(data, _elapsed());
        }

        Trailers = HttpHead.ParseFields(trailers);
    }

    private bool IsChunked =>
        string.Join(",", _head.Headers.All("transfer-encoding")).Equals("chunked", StringComparison.OrdinalIgnoreCase);

    private long? Length() =>
        !IsChunked && _head.Headers["content-length"] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private async Task<byte[]?> ReadNextAsync(long left, List<string> trailers, CancellationToken cancellationToken)
    {
        try
        {
            if (IsChunked)
                return await _reader.ReadChunkAsync(trailers, cancellationToken);

            var data = await _reader.ReadSomeAsync(left, cancellationToken);
            if (data.Length == 0 && Length() is not null)
                Fail(BodyEnd.ClosedEarly, "The connection ended before the announced length.");
            return data;
        }
        catch (WireException exception)
        {
            Fail(exception.IsTruncation ? BodyEnd.ClosedEarly : BodyEnd.Malformed, exception.Message);
            return null;
        }
        catch (IOException exception)
        {
            Fail(BodyEnd.Reset, exception.Message);
            return null;
        }
    }

    private void Fail(BodyEnd end, string problem)
    {
        End = end;
        Problem = problem;
    }
}
