namespace AiGateway.TestSupport.Upstream;

public sealed partial record MockAnswer
{
    public MockAnswer WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    /// <summary>Replaces every header of that name.</summary>
    public MockAnswer ReplaceHeader(string name, string value) => this with
    {
        Headers = [.. Headers.Where(field => !Is(field, name)), new(name, value)],
    };

    /// <summary>A header so long that a careful receiver refuses the head.</summary>
    public MockAnswer WithOversizedHeader(int bytes) => WithHeader("x-oversized", new string('h', bytes));

    public MockAnswer WithTrailer(string name, string value) =>
        this with { Trailers = Trailers.Add(new(name, value)), Framing = BodyFraming.Chunked };

    /// <summary>A 1xx answer before this one, for example <c>103</c>.</summary>
    public MockAnswer WithInterim(int status, params (string Name, string Value)[] headers) =>
        this with { Interim = Interim.Add(headers.Aggregate(NoBody(status), (head, header) => head.WithHeader(header.Name, header.Value))) };

    public MockAnswer Framed(BodyFraming framing) => this with { Framing = framing };

    /// <summary>Announces a length that may be longer or shorter than the body.</summary>
    public MockAnswer Announcing(long contentLength) => this with { AnnouncedLength = contentLength, Framing = BodyFraming.ContentLength };

    public MockAnswer WithDefect(ChunkDefect defect) => this with { ChunkDefect = defect, Framing = BodyFraming.Chunked };

    /// <summary>Compresses the body (<c>gzip</c>, <c>br</c>, <c>deflate</c>) and says so. Cuts count the compressed bytes.</summary>
    public MockAnswer Encoded(string encoding) =>
        (this with { Body = Fixed("encoded").Encode(encoding) }).WithHeader("content-encoding", encoding);

    /// <summary>Writes and flushes pieces of these sizes; the rest is the last piece.</summary>
    public MockAnswer Cut(params int[] sizes) => this with { Body = Fixed("cut").Cut(sizes, startOver: false) };

    /// <summary>Writes and flushes pieces of this size.</summary>
    public MockAnswer CutEvery(int size) => this with { Body = Fixed("cut").Cut([size], startOver: true) };

    /// <summary>Each piece waits for the test.</summary>
    public MockAnswer Gated(ChunkGate gate) => this with { BeforePiece = (_, cancellationToken) => gate.PassAsync(cancellationToken) };

    /// <summary>Every piece but the first waits this long on <paramref name="clock"/>.</summary>
    public MockAnswer Paced(TimeSpan interval, TimeProvider clock) => this with
    {
        BeforePiece = (piece, cancellationToken) => piece == 0 ? Task.CompletedTask : Task.Delay(interval, clock, cancellationToken),
    };

    /// <summary>The head waits for the test.</summary>
    public MockAnswer HeldAt(SyncPoint point) => this with { BeforeHead = point.ArriveAsync };

    /// <summary>The head waits this long on <paramref name="clock"/>.</summary>
    public MockAnswer Delayed(TimeSpan delay, TimeProvider clock) =>
        this with { BeforeHead = cancellationToken => Task.Delay(delay, clock, cancellationToken) };

    /// <summary>Sends this many bytes of the body, then nothing more.</summary>
    public MockAnswer StallAfter(long bodyBytes) => this with { Fault = new AnswerFault(FaultKind.Stall, bodyBytes) };

    /// <summary>Sends this many bytes of the body, then resets the connection.</summary>
    public MockAnswer ResetAfter(long bodyBytes) => this with { Fault = new AnswerFault(FaultKind.Reset, bodyBytes) };

    /// <summary>Sends this many bytes of the body, then closes the connection as if that were all.</summary>
    public MockAnswer EndAfter(long bodyBytes) => this with { Fault = new AnswerFault(FaultKind.End, bodyBytes) };

    private FixedBody Fixed(string what) =>
        Body as FixedBody ?? throw new InvalidOperationException($"Only a body given as bytes can be {what}.");
}
