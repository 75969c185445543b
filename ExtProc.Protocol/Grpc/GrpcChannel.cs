using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>A client's connections to one service. Made once and used by many calls; connections are opened when needed, more than one when one is full.</summary>
public sealed class GrpcChannel : IDisposable
{
    private static readonly GrpcChannelOptions s_defaults = new();

    private readonly GrpcChannelOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _base;
    private readonly bool _owned;

    /// <param name="address"><c>http://host:port</c> (HTTP/2 from the first byte), <c>https://host:port</c> or <c>unix:/path</c>.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public GrpcChannel(string address, GrpcChannelOptions? options = null)
    {
        _options = options ?? s_defaults;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = _options.ConnectTimeout,
            InitialHttp2StreamWindowSize = 1 << 20,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = _options.KeepAliveDelay,
            KeepAlivePingTimeout = _options.KeepAliveTimeout,
        };
        if (UnixSocketAddress.TryParse(address, out var path))
        {
            var endPoint = new UnixDomainSocketEndPoint(path);
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(endPoint, cancellationToken);
            _base = new Uri("http://localhost");
        }
        else
        {
            _base = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new FormatException($"'{address}' is no address of a gRPC service: write http://host:port or unix:/path.");
        }

        _invoker = new HttpMessageInvoker(handler);
        _owned = true;
    }

    /// <param name="invoker">Connections that belong to somebody else; must send no cookies, follow no redirects and decompress nothing.</param>
    /// <param name="address">Scheme, host and port of the service.</param>
    /// <param name="options">Limits; those of connections are the invoker's.</param>
    public GrpcChannel(HttpMessageInvoker invoker, Uri address, GrpcChannelOptions? options = null)
    {
        _options = options ?? s_defaults;
        _invoker = invoker;
        _base = address;
    }

    /// <summary>Begins a call where both sides send any number of messages.</summary>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Writes what is sent.</param>
    /// <param name="responses">Reads what comes back.</param>
    /// <param name="options">Deadline and metadata.</param>
    /// <param name="cancellationToken">Resets the call.</param>
    public DuplexCall<TRequest, TResponse> Duplex<TRequest, TResponse>(
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new(_invoker, Request(path, options), requests, responses, _options, options?.Timeout, cancellationToken);

    /// <summary>A call of one request and one answer. The answer must not refer to the received bytes.</summary>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Writes the request.</param>
    /// <param name="responses">Reads the answer.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Deadline and metadata.</param>
    /// <param name="cancellationToken">Resets the call.</param>
    /// <exception cref="GrpcException">A status other than OK.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        TRequest request,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        await using var call = Duplex(path, requests, responses, options, cancellationToken);
        await call.WriteAsync(request);
        await call.CompleteAsync();
        return await call.ReadSingleAsync();
    }

    /// <summary>A call of one request and any number of answers, each valid until the next.</summary>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Writes the request.</param>
    /// <param name="responses">Reads the answers.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Deadline and metadata.</param>
    /// <param name="cancellationToken">Resets the call.</param>
    /// <exception cref="GrpcException">A status other than OK.</exception>
    public async IAsyncEnumerable<TResponse> ServerStreamAsync<TRequest, TResponse>(
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        TRequest request,
        GrpcCallOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var call = Duplex(path, requests, responses, options, cancellationToken);
        await call.WriteAsync(request);
        await call.CompleteAsync();
        while (await call.ReadAsync() is (true, var message)) yield return message;
    }

    /// <summary>Closes the connections unless they are somebody else's; calls that are not over end.</summary>
    public void Dispose()
    {
        if (_owned) _invoker.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(string path, GrpcCallOptions? options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (options is null) return request;
        if (options.Timeout is { } limit) request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(limit));
        foreach (var (name, value) in options.Metadata) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
