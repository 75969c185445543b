using System.Net;

namespace AiGateway.Gateway.External;

/// <summary>A body that has passed filters, as the content of a response for those who read one.</summary>
internal sealed class ProcessedContent(ProcessedResponse response) : HttpContent
{
    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new PieceStream(response);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new PieceStream(response));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException("The body is read piece by piece.");

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private sealed class PieceStream(ProcessedResponse response) : Stream
    {
        private ReadOnlyMemory<byte> _rest;
        private bool _last = !response.HasBody;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_rest.IsEmpty && !_last) (_rest, _last) = await response.Body.NextAsync();
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
