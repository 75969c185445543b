using System.Collections.Immutable;

namespace AiGateway.TestSupport.Upstream;

/// <summary>One answer of a <see cref="MockUpstream"/>: what is sent, in which pieces, when, and what goes wrong. Immutable.</summary>
public sealed partial record MockAnswer
{
    public int Status { get; init; } = 200;

    /// <summary>Reason phrase; null for the usual one.</summary>
    public string? Reason { get; init; }

    /// <summary>Replaces the whole status line, to send one that is not valid.</summary>
    public string? StatusLine { get; init; }

    /// <summary>Written in this order, as given. A framing header among them replaces the one that would be made.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public AnswerBody Body { get; init; } = AnswerBody.Empty;

    public BodyFraming Framing { get; init; } = BodyFraming.ContentLength;

    /// <summary>A <c>content-length</c> that need not be true.</summary>
    public long? AnnouncedLength { get; init; }

    public ChunkDefect ChunkDefect { get; init; }

    /// <summary>Sent after a chunked body.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Trailers { get; init; } = [];

    /// <summary>1xx answers sent first.</summary>
    public ImmutableArray<MockAnswer> Interim { get; init; } = [];

    public AnswerFault? Fault { get; init; }

    /// <summary>Awaited before the first byte.</summary>
    public Func<CancellationToken, Task>? BeforeHead { get; init; }

    /// <summary>Awaited before each piece of the body; gets its number, from 0.</summary>
    public Func<int, CancellationToken, Task>? BeforePiece { get; init; }

    public RequestBodyPolicy RequestBody { get; init; }

    /// <summary>Awaited before the body is read with <see cref="RequestBodyPolicy.AnswerFirst"/>; HTTP/2 only.</summary>
    public Func<CancellationToken, Task>? BeforeRequestBody { get; init; }

    /// <summary>Close the connection after the answer.</summary>
    public bool CloseAfter { get; init; }

    /// <summary>Close only our direction after the answer and go on reading.</summary>
    public bool HalfCloseAfter { get; init; }
}
