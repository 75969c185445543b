using System.IO.Compression;

namespace AiGateway.TestSupport.Upstream;

/// <summary>Bytes held in memory, whole or cut.</summary>
/// <param name="bytes">The body.</param>
/// <param name="sizes">Sizes of the pieces; what is left over is the last piece.</param>
/// <param name="repeat">Start over with the first size until everything is written.</param>
internal sealed class FixedBody(byte[] bytes, IReadOnlyList<int>? sizes = null, bool repeat = false) : AnswerBody
{
    public override long? Length => bytes.Length;

    public FixedBody Cut(IReadOnlyList<int> newSizes, bool startOver) => new(bytes, newSizes, startOver);

    public FixedBody Encode(string encoding) => new(Compress(encoding), sizes, repeat);

    public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadPiecesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var position = 0;
        for (var i = 0; position < bytes.Length; i++)
        {
            var known = sizes is { Count: > 0 } && (repeat || i < sizes.Count);
            var size = known ? Math.Min(sizes![i % sizes.Count], bytes.Length - position) : bytes.Length - position;
            yield return bytes.AsMemory(position, size);
            position += size;
        }
    }

    private byte[] Compress(string encoding)
    {
        using var target = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "gzip" => new GZipStream(target, CompressionLevel.Optimal),
            "br" => new BrotliStream(target, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(target, CompressionLevel.Optimal),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "gzip, br or deflate"),
        })
        {
            encoder.Write(bytes);
        }

        return target.ToArray();
    }
}
