using System.Globalization;
using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The kinds of connection within one cluster: plain, or TLS with a certain name and trust. Endpoints name theirs when there is more than one.</summary>
internal sealed class UpstreamSockets
{
    /// <summary>Metadata that Envoy compares with the kinds.</summary>
    public const string MatchNamespace = "envoy.transport_socket_match";

    /// <summary>Its key.</summary>
    public const string MatchKey = "tls";

    private readonly List<(string Text, JsonObject Socket)> _kinds = [];
    private readonly Dictionary<(PoolSpec Pool, EndpointSpec Endpoint), int> _kindOf = [];
    private bool _hasPlain;

    /// <summary>Takes an endpoint in.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="socket">Its TLS; null for a plain connection.</param>
    public void Add(PoolSpec pool, EndpointSpec endpoint, JsonObject? socket)
    {
        if (socket is null)
        {
            _hasPlain = true;
            return;
        }

        var text = socket.ToJsonString();
        var kind = _kinds.FindIndex(known => known.Text == text);
        if (kind < 0)
        {
            kind = _kinds.Count;
            _kinds.Add((text, socket));
        }

        _kindOf[(pool, endpoint)] = kind;
    }

    /// <summary>The name of an endpoint's kind; null when it needs none.</summary>
    public string? NameOf(PoolSpec pool, EndpointSpec endpoint) => NeedsMatches && _kindOf.TryGetValue((pool, endpoint), out var kind) ? Name(kind) : null;

    /// <summary>Writes the kinds. Without plain endpoints the first is the default, because Envoy negotiates HTTP only where every kind is TLS.</summary>
    public void AddTo(JsonObject cluster)
    {
        if (_kinds.Count == 0) return;
        if (!_hasPlain) cluster["transport_socket"] = _kinds[0].Socket.DeepClone();
        if (!NeedsMatches) return;
        cluster["transport_socket_matches"] = Protobuf.Array(_kinds.Select(static (kind, index) => new JsonObject
        {
            ["name"] = Name(index),
            ["match"] = new JsonObject { [MatchKey] = Name(index) },
            ["transport_socket"] = kind.Socket.DeepClone(),
        }));
    }

    private bool NeedsMatches => _kinds.Count + (_hasPlain ? 1 : 0) > 1;

    private static string Name(int kind) => $"tls-{kind.ToString(CultureInfo.InvariantCulture)}";
}
