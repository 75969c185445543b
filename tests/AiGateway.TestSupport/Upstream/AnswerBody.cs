namespace AiGateway.TestSupport.Upstream;

/// <summary>The bytes of an answer, in the pieces in which they are written and flushed.</summary>
public abstract class AnswerBody
{
    public static readonly AnswerBody Empty = new FixedBody([]);

    /// <summary>Total length when it is known beforehand.</summary>
    public abstract long? Length { get; }

    public abstract IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPiecesAsync(CancellationToken cancellationToken);
}
