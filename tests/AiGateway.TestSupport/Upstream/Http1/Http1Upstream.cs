using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AiGateway.TestSupport.Upstream.Http1;

/// <summary>Accepts connections and serves each until it ends. Small on purpose: a server library would not let us misbehave.</summary>
internal sealed class Http1Upstream : IUpstreamServer
{
    private readonly AnswerBook _book;
    private readonly RequestLog _log;
    private readonly MockUpstreamOptions _options;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;

    private Http1Upstream(AnswerBook book, RequestLog log, MockUpstreamOptions options)
    {
        _book = book;
        _log = log;
        _options = options;
        if (options.ReceiveBufferSize is { } receive)
            _listener.ReceiveBufferSize = receive;
        if (options.SendBufferSize is { } send)
            _listener.SendBufferSize = send;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public static Http1Upstream Start(AnswerBook book, RequestLog log, MockUpstreamOptions options) => new(book, log, options);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (!_stopping.IsCancellationRequested)
                    _log.AddFailure(exception);
                return;
            }

            var serving = ServeAsync(socket);
            _connections.TryAdd(serving, 0);
            _ = serving.ContinueWith(done => _connections.TryRemove(done, out var _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var id = _log.ConnectionOpened();
        try
        {
            await Task.Yield();
            await using var connection = new Http1Connection(socket, id, _book, _log, _stopping.Token);
            await connection.ServeAsync(_options.Tls);
        }
        catch (Exception exception)
        {
            // The boundary of a connection: whatever went wrong here is a defect of the test or of this server, and is shown as one.
            _log.AddFailure(exception);
        }
        finally
        {
            _log.ConnectionClosed();
        }
    }
}
