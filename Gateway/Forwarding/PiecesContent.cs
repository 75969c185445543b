using System.Net;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Request content made of the original body and its edits; nothing is joined.</summary>
internal sealed class PiecesContent(UpstreamRequest request) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (request.Edits.IsEmpty)
        {
            await stream.WriteAsync(request.Body, cancellationToken);
            return;
        }

        foreach (var piece in request.Edits.Pieces(request.Body)) await stream.WriteAsync(piece, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength;
        return true;
    }
}
