using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Step (8): builds the request of an attempt and sends it to a destination that YARP considers healthy.</summary>
internal sealed class UpstreamSender
{
    /// <summary>Addresses and paths come from configuration, except where the model is part of the path; beyond this many they are made anew.</summary>
    private const int LargestUriCache = 4096;

    private readonly ConcurrentDictionary<(string Address, string Path), Uri> _uris = new();
    private readonly IProxyStateLookup _state;
    private readonly ILoadBalancingPolicy _roundRobin;
    private readonly ExchangeTracing _tracing;

    public UpstreamSender(IProxyStateLookup state, IEnumerable<ILoadBalancingPolicy> policies, ExchangeTracing tracing)
    {
        _state = state;
        _roundRobin = policies.Single(policy => policy.Name == LoadBalancingPolicies.RoundRobin);
        _tracing = tracing;
    }

    /// <summary>Sends one attempt.</summary>
    /// <returns>The response with its head read, or who failed.</returns>
    public async ValueTask<SendResult> SendAsync(HttpContext context, Exchange exchange, UpstreamRequest upstream, ExchangeTimer timer)
    {
        var backend = exchange.Backend!;
        if (!TryPick(context, backend.Spec.Pool, out var client, out var destination))
        {
            return new SendResult(GatewayError.UpstreamUnreachable, "no endpoint of the backend is available");
        }

        return await SendAsync(client, Build(context, exchange, upstream, backend, destination), exchange.Rule!, timer);
    }

    /// <summary>Chooses a healthy endpoint of a pool.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryPick(HttpContext context, string pool, [MaybeNullWhen(false)] out HttpMessageInvoker client, [MaybeNullWhen(false)] out DestinationState destination)
    {
        (client, destination) = (null, null);
        if (!_state.TryGetCluster(pool, out var cluster) || Pick(context, cluster) is not { } picked) return false;
        (client, destination) = (cluster.Model.HttpClient, picked);
        return true;
    }

    /// <summary>Begins the request of an attempt: address, version and host; headers are the caller's.</summary>
    public HttpRequestMessage Message(RuntimeBackend backend, DestinationState destination, string pathAndQuery, HttpContent content)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Target(destination.Model.Config.Address, pathAndQuery))
        {
            Version = backend.Pool!.Http2 || backend.Pool.Tls is not null ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = backend.Pool.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        if (destination.Model.Config.Host is { } host) message.Headers.Host = host;
        return message;
    }

    /// <summary>Sends a request within the limits of its rule.</summary>
    /// <returns>The response with its head read, or who failed.</returns>
    public static async ValueTask<SendResult> SendAsync(HttpMessageInvoker client, HttpRequestMessage message, RuntimeRule rule, ExchangeTimer timer)
    {
        using var perTry = PerTry(rule, timer);
        try
        {
            return new SendResult(await client.SendAsync(message, perTry?.Token ?? timer.Token));
        }
        catch (OperationCanceledException) when (timer.Reason != StopReason.None)
        {
            return SendResult.Stopped(timer.Reason);
        }
        catch (OperationCanceledException) when (perTry is { IsCancellationRequested: true })
        {
            return new SendResult(GatewayError.UpstreamTimeout, "the backend did not answer within the time of one attempt");
        }
        catch (OperationCanceledException)
        {
            return new SendResult(GatewayError.UpstreamUnreachable, "the connection to the backend took too long");
        }
        catch (HttpRequestException exception)
        {
            return Classify(exception);
        }
    }

    private static SendResult Classify(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(GatewayError.UpstreamUnreachable, "the backend's host name could not be resolved"),
        HttpRequestError.ConnectionError => new(GatewayError.UpstreamUnreachable, "no connection to the backend could be made"),
        HttpRequestError.SecureConnectionError => new(GatewayError.UpstreamUnreachable, "the TLS handshake with the backend failed"),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded =>
            new(GatewayError.UpstreamInvalid, "the backend's answer is not valid HTTP"),
        _ => new(GatewayError.UpstreamReset, "the backend closed the connection before it answered"),
    };

    private static CancellationTokenSource? PerTry(RuntimeRule rule, ExchangeTimer timer)
    {
        var limit = rule.Spec.Retry?.PerTryTimeout ?? rule.Spec.BackendRequestTimeout;
        if (limit is null) return null;
        var source = CancellationTokenSource.CreateLinkedTokenSource(timer.Token);
        source.CancelAfter(limit.Value);
        return source;
    }

    private DestinationState? Pick(HttpContext context, ClusterState cluster)
    {
        var available = cluster.DestinationsState.AvailableDestinations;
        return available.Count switch
        {
            0 => null,
            1 => available[0],
            _ => _roundRobin.PickDestination(context, cluster, available),
        };
    }

    private HttpRequestMessage Build(HttpContext context, Exchange exchange, UpstreamRequest upstream, RuntimeBackend backend, DestinationState destination)
    {
        var message = Message(backend, destination, upstream.PathAndQuery, new PiecesContent(upstream, exchange.BodyOwner));
        var hopByHop = context.Request.Headers.Connection is { Count: > 0 } connection ? connection.ToString() : null;
        foreach (var header in context.Request.Headers)
        {
            if (!HeaderPolicy.GoesUp(header.Key, backend) || (hopByHop is not null && HeaderPolicy.Names(hopByHop, header.Key))) continue;
            System.Net.Http.Headers.HttpHeaders target = HeaderPolicy.DescribesBody(header.Key) ? message.Content!.Headers : message.Headers;
            if (header.Value.Count == 1) target.TryAddWithoutValidation(header.Key, header.Value.ToString());
            else target.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);
        }

        if (context.Request.ContentType is { } contentType) message.Content!.Headers.TryAddWithoutValidation("content-type", contentType);
        else message.Content!.Headers.TryAddWithoutValidation("content-type", "application/json");
        message.Headers.TryAddWithoutValidation("accept-encoding", AcceptedCodings.For(exchange, context.Request.Headers.AcceptEncoding.ToString()));
        message.Headers.TryAddWithoutValidation("x-request-id", exchange.RequestId);
        _tracing.Inject(exchange, message, static (target, name, value) => target.Headers.TryAddWithoutValidation(name, value), static (target, name) => target.Headers.Remove(name));
        if (backend.Spec.HeaderMutation is { } mutation) Mutate(message, mutation);
        if (upstream.CredentialHeader is { } credential)
        {
            message.Headers.Remove(credential);
            message.Headers.TryAddWithoutValidation(credential, upstream.CredentialValue);
        }

        return message;
    }

    private static void Mutate(HttpRequestMessage message, HeaderMutationSpec mutation)
    {
        foreach (var removed in mutation.Remove)
        {
            if (HeaderPolicy.Mutable(removed)) Remove(message, removed);
        }

        foreach (var (name, value) in mutation.Set)
        {
            if (!HeaderPolicy.Mutable(name)) continue;
            Remove(message, name);
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content!.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>Headers of the body live in a collection of their own, and each collection refuses the other's names.</summary>
    private static void Remove(HttpRequestMessage message, string name)
    {
        if (HeaderPolicy.DescribesBody(name)) message.Content!.Headers.Remove(name);
        else message.Headers.Remove(name);
    }

    private Uri Target(string address, string path)
    {
        if (_uris.TryGetValue((address, path), out var uri)) return uri;
        uri = new Uri(address.TrimEnd('/') + path);
        if (_uris.Count < LargestUriCache) _uris.TryAdd((address, path), uri);
        return uri;
    }
}

/// <summary>What became of sending an attempt.</summary>
internal readonly record struct SendResult
{
    public SendResult(HttpResponseMessage response) => Response = response;

    public SendResult(GatewayError error, string message) => (Error, Message) = (error, message);

    /// <summary>The answer, or null.</summary>
    public HttpResponseMessage? Response { get; }

    /// <summary>Failure, or null.</summary>
    public GatewayError? Error { get; }

    /// <summary>For the caller.</summary>
    public string? Message { get; }

    /// <summary>The exchange was told to stop.</summary>
    public static SendResult Stopped(StopReason reason) => reason switch
    {
        StopReason.ClientGone => new(GatewayError.ClientClosed, "the client went away"),
        StopReason.Shutdown => new(GatewayError.Draining, "the gateway is shutting down"),
        StopReason.ProcessorLost => new(GatewayError.ProcessorFailed, GatewayError.ProcessorFailed.Meaning),
        StopReason.Deadline => new(GatewayError.UpstreamTimeout, "the request took longer than its route allows"),
        _ => new(GatewayError.UpstreamTimeout, "the backend was silent longer than its route allows"),
    };
}
