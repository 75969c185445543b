using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>
/// A client's view of one call. One reader and one writer at a time, which may be different threads. How the call ended is told in one place: by
/// <see cref="ReadAsync"/>. Disposing a call that is not over resets it.
/// </summary>
/// <typeparam name="TRequest">What is sent.</typeparam>
/// <typeparam name="TResponse">What comes back.</typeparam>
public sealed class DuplexCall<TRequest, TResponse> : IAsyncDisposable
{
    // Small enough for the shared pool's per-thread cache, and below the large object heap however long the message is.
    private static readonly StreamPipeWriterOptions s_output = new(minimumBufferSize: 16 * 1024, leaveOpen: true);
    private static readonly StreamPipeReaderOptions s_input = new(bufferSize: 16 * 1024, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true);

    private readonly RequestStreamContent _content = new();
    private readonly HttpRequestMessage _request;
    private readonly CallLifetime _lifetime;
    private readonly IMessageCodec<TRequest> _requests;
    private readonly IMessageCodec<TResponse> _responses;
    private readonly int _maxReceiveMessageBytes;
    private readonly CancellationToken _callers;
    private readonly Task<HttpResponseMessage> _answer;
    private PipeWriter? _output;
    private PipeReader? _input;
    private MessageReader<TResponse>? _reader;
    private HttpResponseMessage? _response;
    private Exception? _failure;
    private int _written; // 0 until a message is about to leave
    private bool _completed;
    private bool _ended;

    internal DuplexCall(
        HttpMessageInvoker invoker,
        HttpRequestMessage request,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        GrpcChannelOptions channel,
        TimeSpan? timeout,
        CancellationToken cancellationToken)
    {
        _request = request;
        _requests = requests;
        _responses = responses;
        _maxReceiveMessageBytes = channel.MaxReceiveMessageBytes;
        _callers = cancellationToken;
        _lifetime = new CallLifetime(timeout, channel.Time, cancellationToken);
        request.Content = _content;
        _answer = invoker.SendAsync(request, _lifetime.Token);
    }

    /// <summary>Nothing more goes to the server: it ended the call, or this side completed it.</summary>
    public bool WritingEnded { get; private set; }

    /// <summary>
    /// Sends one message; completes when the transport took it. When the server has ended the call, or cannot be reached, the message is dropped without
    /// an error: the next <see cref="ReadAsync"/> says what happened, be it that the server is done.
    /// </summary>
    /// <exception cref="GrpcException">The deadline passed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">After <see cref="CompleteAsync"/>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(TRequest message)
    {
        if (_completed) throw new InvalidOperationException("The call was completed.");
        if (WritingEnded) return;
        Volatile.Write(ref _written, 1);
        if (_output is null && !await OpenOutputAsync()) return;
        MessageFrame.Write(_output!, _requests, message);
        try
        {
            await _output!.FlushAsync(_lifetime.Token);
        }
        catch (Exception exception) when (ClientStatus.IsTransport(exception))
        {
            WritingEnded = true;
            ThrowIfEndedHere(exception);
        }
    }

    /// <summary>Tells the server that no more messages follow.</summary>
    public ValueTask CompleteAsync()
    {
        _completed = true;
        WritingEnded = true;
        _content.Complete();
        return ValueTask.CompletedTask;
    }

    /// <summary>The next message. What it returned, slices of the received bytes included, stays valid until the next call.</summary>
    /// <returns>False, and no message, when the server ended the call with OK.</returns>
    /// <exception cref="GrpcException">The call ended with any other status, or was broken; again at each further read.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(bool HasMessage, TResponse Message)> ReadAsync()
    {
        if (_ended) return Ended();
        try
        {
            var reader = _reader ?? await OpenInputAsync();
            if (reader is not null)
            {
                var read = await reader.ReadAsync(_lifetime.Token);
                if (read.HasMessage) return read;
            }

            TakeStatus();
        }
        catch (GrpcException exception)
        {
            Fail(exception);
        }
        catch (Exception exception) when (ClientStatus.IsTransport(exception))
        {
            Fail(EndedHere(exception) ?? ClientStatus.Broken(exception));
        }

        return Ended();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        WritingEnded = true;
        // The answer goes first: a body that ends before would tell the server that all went well, where it must see a reset.
        if (!_ended) _lifetime.End();
        if (_input is not null) await _input.CompleteAsync();
        if (_answer.IsCompletedSuccessfully) (await _answer).Dispose();
        _content.Complete();
        await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure is the reader's to see
        if (_answer.IsCompletedSuccessfully) (await _answer).Dispose();
        _request.Dispose();
        _lifetime.Dispose();
    }

    /// <summary>The only message of an answer, and its status.</summary>
    internal async Task<TResponse> ReadSingleAsync()
    {
        var (hasMessage, message) = await ReadAsync();
        if (!hasMessage) throw new GrpcException(GrpcStatusCode.Internal, "The answer has no message.");
        var (more, _) = await ReadAsync();
        return more ? throw new GrpcException(GrpcStatusCode.Internal, "The answer has more than one message.") : message;
    }

    private async ValueTask<bool> OpenOutputAsync()
    {
        // The answer comes first only when there never was a stream to write to.
        await Task.WhenAny(_content.Opened, _answer);
        if (!_content.Opened.IsCompletedSuccessfully)
        {
            WritingEnded = true;
            ThrowIfEndedHere(_answer.Exception);
            return false;
        }

        _output = PipeWriter.Create(await _content.Opened, s_output);
        return true;
    }

    private async ValueTask<MessageReader<TResponse>?> OpenInputAsync()
    {
        // Request headers leave with the first message. Who listens first waits for a server that speaks first.
        if (Interlocked.Exchange(ref _written, 1) == 0 && await Task.WhenAny(_content.Opened, _answer) == _content.Opened)
            await (await _content.Opened).FlushAsync(_lifetime.Token);

        _response = await _answer;
        if (ClientStatus.TryRead(_response.Headers, out var only))
        {
            End(only);
            return null;
        }

        if (_response.StatusCode != System.Net.HttpStatusCode.OK || !GrpcHeaders.IsGrpc(_response.Content.Headers.ContentType?.ToString()))
        {
            End(ClientStatus.Missing(_response));
            return null;
        }

        var compression = _response.Headers.NonValidated.TryGetValues(GrpcHeaders.Encoding, out var encoding) ? GrpcHeaders.Compression(encoding.ToString()) : null;
        _input = PipeReader.Create(await _response.Content.ReadAsStreamAsync(_lifetime.Token), s_input);
        return _reader = new MessageReader<TResponse>(_input, _responses, _maxReceiveMessageBytes, compression, GrpcStatusCode.Internal);
    }

    private void TakeStatus()
    {
        if (_ended) return;
        End(ClientStatus.TryRead(_response!.TrailingHeaders, out var status) ? status : ClientStatus.Missing(_response));
    }

    private void End(GrpcStatus status)
    {
        _ended = true;
        if (status.Code != GrpcStatusCode.OK) _failure = new GrpcException(status.Code, status.Message);
    }

    private void Fail(Exception failure)
    {
        _ended = true;
        _failure = failure;
        _lifetime.End(); // what the server still sends is of no use
    }

    private (bool HasMessage, TResponse Message) Ended() => _failure is null ? (false, default!) : throw _failure;

    private void ThrowIfEndedHere(Exception? cause)
    {
        if (EndedHere(cause) is { } ended) throw ended;
    }

    /// <summary>The exception for a call that ended on this side: by its deadline or its caller.</summary>
    private Exception? EndedHere(Exception? cause)
    {
        if (_lifetime.DeadlineExceeded) return new GrpcException(GrpcStatusCode.DeadlineExceeded, GrpcStatus.DeadlineExceeded.Message, cause);
        return _callers.IsCancellationRequested ? new OperationCanceledException("The call was cancelled.", cause, _callers) : null;
    }
}
