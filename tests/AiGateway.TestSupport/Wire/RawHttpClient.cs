using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace AiGateway.TestSupport.Wire;

/// <summary>
/// A client that sends exactly the bytes it is given: slowly, in halves, twice, wrong. What comes back is kept with the time of its
/// arrival.
/// </summary>
public sealed class RawHttpClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly WireReader _reader;
    private long _started = Stopwatch.GetTimestamp();

    private RawHttpClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        _input = PipeReader.Create(stream);
        _reader = new WireReader(_input);
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Connects to 127.0.0.1.</summary>
    public static Task<RawHttpClient> ConnectAsync(int port, CancellationToken cancellationToken) =>
        ConnectAsync(port, null, cancellationToken);

    /// <summary>Connects to 127.0.0.1, over TLS when options are given.</summary>
    /// <param name="port">Port of the listener.</param>
    /// <param name="tls">For example from <c>UpstreamTls.TrustingClient</c>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="receiveBufferSize">A small one makes a client that reads slowly be felt soon.</param>
    public static async Task<RawHttpClient> ConnectAsync(
        int port, SslClientAuthenticationOptions? tls, CancellationToken cancellationToken, int? receiveBufferSize = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferSize is { } size)
            socket.ReceiveBufferSize = size;
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls is null)
            return new RawHttpClient(socket, stream);

        var secured = new SslStream(stream);
        await secured.AuthenticateAsClientAsync(tls, cancellationToken);
        return new RawHttpClient(socket, secured);
    }

    /// <summary>Our own port: the one that a server's sockets name as theirs to this client.</summary>
    public int LocalPort { get; }

    /// <summary>Time since <see cref="RestartClock"/>, or since the connection was made.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public void RestartClock() => _started = Stopwatch.GetTimestamp();

    /// <summary>Sends text byte by byte as Latin-1; line ends are sent as written.</summary>
    public Task SendAsync(string text, CancellationToken cancellationToken) => SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>
    /// Sends pieces of <paramref name="size"/> bytes and awaits <paramref name="between"/> after each, for example a gate.
    /// </summary>
    public async Task SendInPiecesAsync(
        ReadOnlyMemory<byte> bytes, int size, Func<CancellationToken, Task> between, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < bytes.Length; sent += size)
        {
            await SendAsync(bytes.Slice(sent, Math.Min(size, bytes.Length - sent)), cancellationToken);
            await between(cancellationToken);
        }
    }

    /// <summary>Sends a well-formed request with a JSON body.</summary>
    public Task PostJsonAsync(string target, string json, CancellationToken cancellationToken, string extraHeaders = "")
    {
        var body = Encoding.UTF8.GetBytes(json);
        var head = $"POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            + $"content-length: {body.Length}\r\n{extraHeaders}\r\n";
        return SendAsync((byte[])[.. Encoding.Latin1.GetBytes(head), .. body], cancellationToken);
    }

    /// <summary>Closes our direction; the response can still be read.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with RST, as a killed client does.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>The next response with its whole body, however that ends. Interim responses are collected.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="toHead">True when the request was HEAD: no body follows.</param>
    public async Task<RawResponse> ReadResponseAsync(CancellationToken cancellationToken, bool toHead = false)
    {
        var (interim, head) = await ReadHeadsAsync(cancellationToken);
        var body = new RawBodyReader(_reader, head, toHead, () => Elapsed);
        var chunks = new List<ReceivedChunk>();
        await foreach (var chunk in body.ReadAsync(cancellationToken))
            chunks.Add(chunk);
        return new RawResponse { Head = head, Interim = interim, Chunks = chunks, Trailers = body.Trailers, End = body.End };
    }

    /// <summary>The head of the next final response; read the body with <see cref="ReadBody"/>.</summary>
    public async Task<HttpHead> ReadHeadAsync(CancellationToken cancellationToken) => (await ReadHeadsAsync(cancellationToken)).Final;

    /// <summary>The body that follows <paramref name="head"/>, chunk by chunk as it arrives.</summary>
    public RawBodyReader ReadBody(HttpHead head) => new(_reader, head, toHead: false, () => Elapsed);

    /// <summary>Everything until the other side closes.</summary>
    /// <exception cref="IOException">It reset the connection instead.</exception>
    public async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (await _reader.ReadSomeAsync(long.MaxValue, cancellationToken) is { Length: > 0 } some)
            text.Append(Encoding.Latin1.GetString(some));
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<(IReadOnlyList<HttpHead> Interim, HttpHead Final)> ReadHeadsAsync(CancellationToken cancellationToken)
    {
        var interim = new List<HttpHead>();
        while (true)
        {
            var head = await _reader.ReadHeadAsync(cancellationToken)
                ?? throw WireException.Truncated("The connection was closed without a response.");
            if (!head.StartLine.StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
                return (interim, head);
            interim.Add(head);
        }
    }
}
