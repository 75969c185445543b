using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Routing;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Tells YARP about pools (as clusters) and plain HTTP rules (as routes).</summary>
internal sealed class PoolConfigProvider : IProxyConfigProvider
{
    /// <summary>Cluster metadata that changes exactly when a pool's connection settings do.</summary>
    public const string ContentKey = "content";

    /// <summary>Route metadata with one line "weight pool" per target, when a rule has several.</summary>
    public const string WeightsKey = "weights";

    private const string UnixHost = "unix-socket-";

    private readonly TimeSpan _idle;
    private volatile Config _current;
    private GatewaySnapshot _newest;
    private volatile FrozenDictionary<string, PoolSpec> _pools;

    /// <param name="snapshot">First configuration.</param>
    /// <param name="idle">Longest silence on a plain route when neither it nor its listener says.</param>
    public PoolConfigProvider(GatewaySnapshot snapshot, TimeSpan idle)
    {
        _idle = idle;
        _newest = snapshot;
        _pools = Pools(snapshot);
        _current = Convert(snapshot);
    }

    /// <inheritdoc />
    public IProxyConfig GetConfig() => _current;

    /// <summary>The pool behind a cluster.</summary>
    public PoolSpec Pool(string clusterId) => _pools[clusterId];

    /// <summary>Announces a snapshot; YARP has taken it over when its change listener says so.</summary>
    public void Update(GatewaySnapshot snapshot)
    {
        // Exchanges that began under the previous snapshot may still have attempts to make: its pools stay until the reload after this one.
        var kept = _newest.Pools.Where(pool => snapshot.Pools.All(other => other.Name != pool.Name));
        _newest = snapshot;
        var announced = snapshot with { Pools = [.. snapshot.Pools, .. kept] };
        var previous = _current;
        _pools = Pools(announced);
        _current = Convert(announced);
        previous.Changed();
    }

    /// <summary>Whether the certificate must carry another name than the Host header; then the gateway makes the TLS connection itself.</summary>
    public static bool NamesServer(PoolSpec pool) =>
        pool.Tls?.ServerName is { } name && pool.Endpoints.Any(endpoint => !name.Equals(endpoint.HostHeader ?? endpoint.Host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Socket path of a destination host made by this class, or null for a real host.</summary>
    public static string? UnixPath(PoolSpec pool, string host) =>
        host.StartsWith(UnixHost, StringComparison.Ordinal) && int.TryParse(host.AsSpan(UnixHost.Length), CultureInfo.InvariantCulture, out var index)
            ? pool.Endpoints[index].UnixPath
            : null;

    private static FrozenDictionary<string, PoolSpec> Pools(GatewaySnapshot snapshot) => snapshot.Pools.ToFrozenDictionary(pool => pool.Name, StringComparer.Ordinal);

    private Config Convert(GatewaySnapshot snapshot) =>
        new([.. ByPrecedence(snapshot.HttpRoutes).SelectMany((route, order) => Routes(route, order))], [.. snapshot.Pools.Select(Cluster)]);

    /// <summary>
    /// Order of the Gateway API: most specific host, exact path, longest path, method, most headers, then as configured. Said to YARP explicitly, because its
    /// own order puts hosts behind paths.
    /// </summary>
    private static IEnumerable<HttpRouteSpec> ByPrecedence(IReadOnlyList<HttpRouteSpec> routes) => routes
        .OrderByDescending(route => route.Hostnames.Count == 0 ? 0 : route.Hostnames.Max(HostPattern.Specificity))
        .ThenByDescending(route => route.ExactPath)
        .ThenByDescending(route => route.Path.Length)
        .ThenByDescending(route => route.Method is not null)
        .ThenByDescending(route => route.Headers.Count);

    private static IEnumerable<RouteConfig> Routes(HttpRouteSpec route, int order)
    {
        // A rule with regular-expression headers has no YARP form; serving it without the condition would be worse than not serving it.
        var targets = route.Pools.Where(pool => pool.Weight > 0).ToArray();
        if (targets.Length == 0 || route.Headers.Any(header => header.IsRegex)) yield break;
        var path = route.Path == "/" ? "/{**rest}" : route.ExactPath ? route.Path : route.Path.TrimEnd('/') + "/{**rest}";
        yield return new RouteConfig
        {
            RouteId = route.Name,
            ClusterId = targets[0].Pool,
            Metadata = Metadata(route, targets),
            Order = order,
            Timeout = route.RequestTimeout,
            Match = new RouteMatch
            {
                Path = path,
                Hosts = route.Hostnames.Count > 0 ? route.Hostnames : null, // the listener's own host name is checked by ListenerScope
                Methods = route.Method is null ? null : [route.Method],
                Headers =
                [
                    new RouteHeader { Name = ListenerScope.Header, Values = route.Listeners, Mode = HeaderMatchMode.ExactHeader, IsCaseSensitive = true },
                    .. route.Headers.Select(header => new RouteHeader { Name = header.Name, Values = [header.Value], Mode = HeaderMatchMode.ExactHeader }),
                ],
            },
        };
    }

    private static Dictionary<string, string> Metadata(HttpRouteSpec route, WeightedPoolSpec[] targets)
    {
        var metadata = new Dictionary<string, string>();
        if (targets.Length > 1) metadata[WeightsKey] = string.Join('\n', targets.Select(target => $"{target.Weight.ToString(CultureInfo.InvariantCulture)} {target.Pool}"));
        if (route.StreamIdleTimeout is { } idle) metadata[StreamIdleLimit.Key] = idle.Ticks.ToString(CultureInfo.InvariantCulture);
        return metadata;
    }

    private ClusterConfig Cluster(PoolSpec pool) => new()
    {
        ClusterId = pool.Name,
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        Metadata = new Dictionary<string, string> { [ContentKey] = Fingerprint(pool) },
        // For plain routes; exchanges build their own requests.
        HttpRequest = new ForwarderRequestConfig
        {
            Version = pool.Http2 || pool.Tls is not null ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = pool.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
            ActivityTimeout = _idle,
        },
        Destinations = pool.Endpoints.Index().ToDictionary(item => item.Index.ToString(CultureInfo.InvariantCulture), item => new DestinationConfig
        {
            Address = Address(pool, item.Item, item.Index),
            Host = HostHeader(item.Item),
        }),
    };

    private static string? HostHeader(EndpointSpec endpoint)
    {
        if (endpoint.HostHeader is not null) return endpoint.HostHeader;
        return endpoint.UnixPath is not null ? "localhost" : null;
    }

    private static string Address(PoolSpec pool, EndpointSpec endpoint, int index)
    {
        // https also where the gateway makes the TLS connection itself: the handler takes a stream that is secured already as it is, and HTTP/2 servers refuse
        // a request whose :scheme is not that of its connection.
        var scheme = pool.Tls is null ? "http" : "https";
        if (endpoint.UnixPath is not null) return $"{scheme}://{UnixHost}{index}/";
        var host = endpoint.Host!.Contains(':', StringComparison.Ordinal) ? $"[{endpoint.Host}]" : endpoint.Host;
        return $"{scheme}://{host}:{endpoint.Port}/";
    }

    private static string Fingerprint(PoolSpec pool)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("http2", pool.Http2);
            json.WriteNumber("connect", pool.ConnectTimeout.Ticks);
            json.WriteString("sni", pool.Tls?.ServerName);
            json.WriteBoolean("tls", pool.Tls is not null);
            json.WriteBoolean("own-tls", NamesServer(pool));
            json.WriteBoolean("insecure", pool.Tls?.InsecureSkipVerify ?? false);
            json.WriteStartArray("trust");
            foreach (var text in (pool.Tls?.CaPem ?? []).Concat(pool.Tls?.SubjectAltNames ?? [])) json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteStartArray("sockets");
            foreach (var endpoint in pool.Endpoints) json.WriteStringValue(endpoint.UnixPath);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan));
    }

#pragma warning disable CA1001 // a source without timer or registration owner has nothing to give back
    private sealed class Config(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) : IProxyConfig
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _changed = new();

        public IReadOnlyList<RouteConfig> Routes { get; } = routes;

        public IReadOnlyList<ClusterConfig> Clusters { get; } = clusters;

        public IChangeToken ChangeToken => new CancellationChangeToken(_changed.Token);

        public void Changed() => _changed.Cancel();
    }
}
