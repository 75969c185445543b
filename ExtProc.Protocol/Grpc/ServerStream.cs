using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>
/// A server's view of one call: messages of the client, messages to the client. One reader and one writer at a time, which may be different threads.
/// Not to be used after the handler returned.
/// </summary>
/// <typeparam name="TRequest">What the client sends.</typeparam>
/// <typeparam name="TResponse">What it gets.</typeparam>
public sealed class ServerStream<TRequest, TResponse> : ServerCall
{
    private readonly MessageReader<TRequest> _reader;
    private readonly IMessageCodec<TResponse> _responses;
    private readonly PipeWriter _output;

    internal ServerStream(HttpContext context, CallLifetime lifetime, IMessageCodec<TRequest> requests, IMessageCodec<TResponse> responses, GrpcServerOptions options)
        : base(context, lifetime)
    {
        var compression = GrpcHeaders.Compression(GrpcHeaders.Get(context.Request, GrpcHeaders.Encoding));
        _reader = new MessageReader<TRequest>(context.Request.BodyReader, requests, options.MaxReceiveMessageBytes, compression, GrpcStatusCode.Unimplemented);
        _responses = responses;
        _output = context.Response.BodyWriter;
    }

    /// <summary>Messages were written, whether or not any byte has left yet.</summary>
    internal bool HasMessages { get; private set; }

    /// <summary>A message was begun and could not be finished, so nothing that follows on the wire makes sense.</summary>
    internal bool OutputBroken { get; private set; }

    /// <summary>The next message. What it returned, slices of the received bytes included, stays valid until the next call.</summary>
    /// <returns>False, and no message, after the client closed its side.</returns>
    /// <exception cref="OperationCanceledException">The call is over; <see cref="ServerCall.Cancelled"/> is cancelled.</exception>
    /// <exception cref="GrpcException">The client broke the protocol or a limit. Leave it to end the call.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(bool HasMessage, TRequest Message)> ReadAsync()
    {
        try
        {
            return await _reader.ReadAsync(Cancelled);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw Gone(exception);
        }
    }

    /// <summary>Sends one message; completes when the transport took it, which is how a slow client slows the handler down.</summary>
    /// <exception cref="OperationCanceledException">The call is over; <see cref="ServerCall.Cancelled"/> is cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(TResponse message)
    {
        Cancelled.ThrowIfCancellationRequested();
        WriteFrame(message);
        try
        {
            var flushed = await _output.FlushAsync(Cancelled);
            if (flushed.IsCompleted) throw new OperationCanceledException("The response is closed.");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw Gone(exception);
        }
    }

    /// <summary>Takes the last message; it goes out together with the status when the handler returns.</summary>
    /// <exception cref="OperationCanceledException">The call is over; <see cref="ServerCall.Cancelled"/> is cancelled.</exception>
    public void WriteLast(TResponse message)
    {
        Cancelled.ThrowIfCancellationRequested();
        WriteFrame(message);
    }

    /// <summary>The only request message of a call whose client sends one.</summary>
    internal async ValueTask<TRequest> ReadSingleAsync()
    {
        try
        {
            return await _reader.ReadSingleAsync(Cancelled);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            throw Gone(exception);
        }
    }

    private void WriteFrame(TResponse message)
    {
        try
        {
            HasMessages = true;
            MessageFrame.Write(_output, _responses, message);
        }
        catch
        {
            OutputBroken = true;
            throw;
        }
    }

    // The server tells of a reset by a failed read first and by its token a moment later; handlers look at the token.
    private OperationCanceledException Gone(Exception exception)
    {
        Lifetime.End();
        return new OperationCanceledException("The call is over.", exception, Cancelled);
    }
}
