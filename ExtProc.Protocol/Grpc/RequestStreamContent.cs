using System.Net;
using System.Net.Http.Headers;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>A request body that is written while the response is read: keeps the connection's stream open until the call is completed.</summary>
internal sealed class RequestStreamContent : HttpContent
{
    private static readonly MediaTypeHeaderValue s_contentType = new(GrpcHeaders.ContentType);

    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestStreamContent() => Headers.ContentType = s_contentType;

    /// <summary>The stream to write to, once there is a connection.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Ends the body.</summary>
    public void Complete() => _completed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The handler asks a second time when the connection refused the call; messages may be gone by then, so the call fails instead.
        if (!_opened.TrySetResult(stream)) throw new HttpRequestException("The connection ended before the call began.");
        // The token is cancelled when the server resets the call. Failing on it would hide the reset's code behind a cancelled task; Complete comes anyway.
        return _completed.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
