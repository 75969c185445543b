using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// A snapshot as a complete bootstrap of Envoy that works with the external processing service: same input, same text. Envoy listens, routes, balances and
/// retries; the service names the model, translates, adds credentials and accounts.
/// </summary>
public static class EnvoyTranslator
{
    /// <summary>Translates. Pure.</summary>
    /// <param name="snapshot">What is to be served.</param>
    /// <param name="options">Addresses and paths.</param>
    public static EnvoyTranslation Translate(GatewaySnapshot snapshot, EnvoyOptions options)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(options);
        var clusters = new RouteClusters(snapshot, options);
        var groups = SocketGroup.Of(snapshot);
        var findings = groups.SelectMany(SharedSettings).Concat(clusters.Findings).ToList();
        var bootstrap = new JsonObject
        {
            ["node"] = new JsonObject { ["id"] = "aigw", ["cluster"] = "aigw", ["metadata"] = new JsonObject { ["revision"] = snapshot.Revision } },
            ["admin"] = ProcessParts.Admin(options),
            ["layered_runtime"] = ProcessParts.Runtime(),
            ["overload_manager"] = ProcessParts.Overload(),
            ["static_resources"] = new JsonObject
            {
                ["listeners"] = Protobuf.Array(groups.Select(group => Listeners.Listener(group, snapshot, clusters, options))),
                ["clusters"] = Protobuf.Array([.. clusters.NeedExtProc ? [ExtProcCluster.Cluster(options.ExtProc)] : Array.Empty<JsonNode>(), .. clusters.All]),
            },
        };
        return new EnvoyTranslation(bootstrap, findings, groups.Any(static group => group.Tls));
    }

    /// <summary>Listeners of one port that do not agree on what Envoy has once for a port.</summary>
    private static IEnumerable<Finding> SharedSettings(SocketGroup group)
    {
        if (group.Listeners.Select(static listener => (listener.MaxRequestBodyBytes, listener.RequestReceivedTimeout, listener.IdleTimeout)).Distinct().Count() == 1) yield break;
        yield return new Finding
        {
            Severity = FindingSeverity.Warning,
            Object = new ObjectRef("Gateway", group.Listeners[0].Name.Split('/')[0], group.Listeners[0].Name.Split('/')[1]),
            Reason = $"Envoy has one buffer limit, request timeout and idle timeout for port {group.Port}, where several listeners want different ones; the largest applies to all",
            Fix = "give the listeners one ClientTrafficPolicy, or ports of their own",
        };
    }
}
