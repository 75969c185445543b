namespace AiGateway.TestSupport.Upstream;

/// <summary>A body of any length that is never held: one block is written again and again.</summary>
internal sealed class GeneratedBody(long length, byte[] block) : AnswerBody
{
    public override long? Length => length;

    public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPiecesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var left = length; left > 0; left -= block.Length)
            yield return block.AsMemory(0, (int)Math.Min(left, block.Length));
    }
}
