using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Upstream.Http1;

/// <summary>One accepted connection: requests in, answers or faults out, until either side ends it.</summary>
internal sealed class Http1Connection(Socket socket, int id, AnswerBook book, RequestLog log, CancellationToken stopping) : IAsyncDisposable
{
    private Stream _stream = new NetworkStream(socket, ownsSocket: false);
    private ConnectionPump? _pump;

    public async Task ServeAsync(UpstreamTls? tls)
    {
        socket.NoDelay = true;
        if (tls is not null && !await StartTlsAsync(tls))
            return;

        var pump = _pump = new ConnectionPump(_stream, log);
        pump.Start();
        var reader = new WireReader(pump.Reader);
        try
        {
            while (await reader.ReadHeadAsync(stopping) is { } head && await ServeRequestAsync(head, reader, pump))
            {
            }
        }
        catch (WireException exception)
        {
            await RefuseAsync(exception.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The test is over.
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The other side left between two messages.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pump is not null)
            await _pump.DisposeAsync();
        await _stream.DisposeAsync();
        socket.Dispose();
    }

    private async Task<bool> StartTlsAsync(UpstreamTls tls)
    {
        var secured = new SslStream(_stream);
        _stream = secured;
        try
        {
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = tls.Server }, stopping);
            return true;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException)
        {
            log.AddProtocolError($"TLS handshake: {exception.Message}");
            return false;
        }
    }

    /// <summary>Returns whether the connection can carry another request.</summary>
    private async Task<bool> ServeRequestAsync(HttpHead head, WireReader reader, ConnectionPump pump)
    {
        if (Http1RequestReader.FindProblem(head) is { } problem)
        {
            await RefuseAsync(problem);
            return false;
        }

        var writer = new Http1AnswerWriter(_stream, log, stopping);
        var request = Record(head, pump);
        var answer = Choose(() => book.ChooseOnHead(request));
        if (answer is null)
        {
            if (head.Headers["expect"] == "100-continue" && Http1RequestReader.HasBody(head))
                await writer.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await Http1RequestReader.ReadBodyAsync(reader, head, request, stopping);
        }

        log.MarkReady(request);
        answer ??= Choose(() => book.Choose(request))!;
        if (answer.RequestBody == RequestBodyPolicy.StopReading)
            answer = MockAnswer.Silence() with { RequestBody = RequestBodyPolicy.StopReading };

        var outcome = await AnswerAsync(answer, request, writer, pump);
        request.SetOutcome(outcome);
        log.Changed.Pulse();
        if (outcome != AnswerOutcome.Sent || answer.CloseAfter || answer.RequestBody == RequestBodyPolicy.Ignore)
            return false;
        if (answer.RequestBody == RequestBodyPolicy.AnswerFirst)
            await Http1RequestReader.ReadBodyAsync(reader, head, request, stopping);
        return !answer.HalfCloseAfter && answer.Framing != BodyFraming.CloseDelimited && !WantsClose(head);
    }

    private async Task<AnswerOutcome> AnswerAsync(MockAnswer answer, RecordedRequest request, Http1AnswerWriter writer, ConnectionPump pump)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping, pump.Gone);
        try
        {
            var fault = await writer.WriteAsync(answer, withBody: request.Method != "HEAD", waiting.Token);
            if (fault is not null)
                return await SufferAsync(fault, waiting.Token);
            if (answer.HalfCloseAfter)
            {
                socket.Shutdown(SocketShutdown.Send);
                await pump.Ended.WaitAsync(stopping);
            }

            return AnswerOutcome.Sent;
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested ? AnswerOutcome.UpstreamStopped : AnswerOutcome.PeerGone;
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            pump.Refused();
            return AnswerOutcome.PeerGone;
        }
    }

    private async Task<AnswerOutcome> SufferAsync(AnswerFault fault, CancellationToken waiting)
    {
        switch (fault.Kind)
        {
            case FaultKind.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, waiting);
                break;
            case FaultKind.Reset:
                // Closing with a zero linger time makes the kernel send RST.
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
                break;
            case FaultKind.End:
                socket.Shutdown(SocketShutdown.Send);
                break;
            default:
                throw new InvalidOperationException($"No rule for {fault.Kind}.");
        }

        return AnswerOutcome.Faulted;
    }

    private RecordedRequest Record(HttpHead head, ConnectionPump pump) => log.Add((index, now) => new RecordedRequest
    {
        Index = index,
        ConnectionId = id,
        ReceivedAt = now,
        Method = head.Words()[0],
        Target = head.Words()[1],
        Protocol = head.Words()[2],
        Headers = head.Headers,
        Head = head.Raw,
        Disconnected = pump.Ended,
    });

    private MockAnswer? Choose(Func<MockAnswer?> choose)
    {
        try
        {
            return choose();
        }
        catch (Exception exception)
        {
            // The test's own code failed; it must become visible on both sides.
            log.AddFailure(exception);
            return MockAnswer.Text(500, $"The answer handler failed: {exception.Message}");
        }
    }

    private async Task RefuseAsync(string problem)
    {
        log.AddProtocolError(problem);
        try
        {
            var writer = new Http1AnswerWriter(_stream, log, stopping);
            await writer.WriteAsync(MockAnswer.Text(400, problem).WithHeader("connection", "close"), withBody: true, stopping);
        }
        catch (Exception exception)
            when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody is there to read it; the error is recorded.
        }
    }

    private static bool WantsClose(HttpHead head) =>
        head.Headers.All("connection").Any(value => value.Contains("close", StringComparison.OrdinalIgnoreCase));
}
