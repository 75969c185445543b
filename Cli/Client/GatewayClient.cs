using System.Net.Sockets;

namespace AiGateway.Cli.Client;

/// <summary>Talks to a running gateway as any client would.</summary>
internal sealed class GatewayClient : IDisposable
{
    /// <summary>Where a gateway listens when nobody says otherwise.</summary>
    public const string DefaultUrl = "http://localhost:1975";

    private readonly HttpClient _http;

    public GatewayClient(Uri url)
    {
        Url = url;

        // No overall limit: a stream may take as long as it likes.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = !url.IsLoopback }) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Url { get; }

    /// <summary>Sends a request; a gateway that is not there is reported in one sentence.</summary>
    /// <exception cref="GatewayUnavailableException">Nobody answers.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            throw new GatewayUnavailableException($"no gateway answers at {Url.GetLeftPart(UriPartial.Authority)}; start one with: aigw run (or aigw alone for the demo models), or name another with --url", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new GatewayUnavailableException($"the gateway at {Url.GetLeftPart(UriPartial.Authority)} cannot be reached: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>There is no gateway to talk to. The message is for the person at the terminal.</summary>
internal sealed class GatewayUnavailableException(string message, Exception inner) : Exception(message, inner);
