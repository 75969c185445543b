using System.Text;
using System.Threading.Channels;

namespace AiGateway.TestSupport.Upstream;

/// <summary>A body that the test writes while the answer is under way. For one answer only.</summary>
public sealed class AnswerFeed : AnswerBody
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();

    public override long? Length => null;

    /// <summary>Sends one piece.</summary>
    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends one piece.</summary>
    public void Send(byte[] bytes)
    {
        if (!_pieces.Writer.TryWrite(bytes))
            throw new InvalidOperationException("The feed is complete.");
    }

    /// <summary>Ends the body.</summary>
    public void Complete() => _pieces.Writer.TryComplete();

    public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPiecesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in _pieces.Reader.ReadAllAsync(cancellationToken))
            yield return piece;
    }
}
