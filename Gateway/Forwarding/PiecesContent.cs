using System.Net;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.Forwarding;

/// <summary>
/// Request content made of the original body and its edits; nothing is joined. Derived from <see cref="ByteArrayContent"/> because the HTTP client takes
/// every other custom content for one half of a duplex stream: over HTTP/2 it would then hand out an early answer while this body, which is pooled memory,
/// is still on its way.
/// </summary>
internal sealed class PiecesContent(UpstreamRequest request, PooledBytes? owner) : ByteArrayContent([])
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        owner?.Enter();
        try
        {
            if (request.Edits.IsEmpty)
            {
                await stream.WriteAsync(request.Body, cancellationToken);
                return;
            }

            foreach (var piece in request.Edits.Pieces(request.Body)) await stream.WriteAsync(piece, cancellationToken);
        }
        finally
        {
            owner?.Leave();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength;
        return true;
    }
}
