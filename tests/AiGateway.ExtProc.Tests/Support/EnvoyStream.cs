using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>One stream of one filter. Disposing resets it, as Envoy does when it needs no more answers.</summary>
internal sealed class EnvoyStream(DuplexCall<InboundMessage, ProcessingResponse> call) : IAsyncDisposable
{
    public ValueTask SendAsync(InboundMessage message) => call.WriteAsync(message);

    public ValueTask SendAsync(ProcessingRequest message) => call.WriteAsync(InboundMessage.Of(message));

    public ValueTask CloseAsync() => call.CompleteAsync();

    /// <summary>The next answer; fails when the stream ended.</summary>
    public async Task<ProcessingResponse> ReadAsync()
    {
        var (hasMessage, message) = await call.ReadAsync();
        Assert.True(hasMessage, "the service closed the stream with OK while an answer was owed");
        return message.Clone(); // what was read refers to the received bytes
    }

    /// <summary>The next answer, or null after the end with OK.</summary>
    public async Task<ProcessingResponse?> TryReadAsync() => await call.ReadAsync() is (true, var message) ? message.Clone() : null;

    /// <summary>Sends and reads one answer.</summary>
    public async Task<ProcessingResponse> AskAsync(InboundMessage message)
    {
        await SendAsync(message);
        return await ReadAsync();
    }

    /// <inheritdoc cref="AskAsync(InboundMessage)"/>
    public Task<ProcessingResponse> AskAsync(ProcessingRequest message) => AskAsync(InboundMessage.Of(message));

    /// <summary>Sends a client's head.</summary>
    /// <returns>The id that joins its attempts.</returns>
    public async Task<string> BeginAsync(ProcessingRequest? head = null)
    {
        var answer = await AskAsync(head ?? Messages.Request());
        return answer.RequestHeaders.Response.Sets(Messages.IdHeader) ?? throw new Xunit.Sdk.XunitException("no internal id");
    }

    /// <summary>The status with which the service ended the stream; an answer instead of it fails.</summary>
    public async Task<(GrpcStatusCode Code, string Message)> EndAsync()
    {
        try
        {
            var (hasMessage, message) = await call.ReadAsync();
            Assert.False(hasMessage, $"an answer nobody asked for: {message}");
            return (GrpcStatusCode.OK, "");
        }
        catch (GrpcException exception)
        {
            return (exception.Code, exception.Message);
        }
    }

    public ValueTask DisposeAsync() => call.DisposeAsync();
}
