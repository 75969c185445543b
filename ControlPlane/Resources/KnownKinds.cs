using System.Collections.Frozen;

namespace AiGateway.ControlPlane.Resources;

/// <summary>What is done with each kind that may stand in a manifest.</summary>
internal static class KnownKinds
{
    public const string AiGroup = "aigateway.envoyproxy.io";
    public const string GatewayGroup = "gateway.networking.k8s.io";
    public const string EnvoyGroup = "gateway.envoyproxy.io";
    public const string InferenceGroup = "inference.networking.k8s.io";

    private static readonly FrozenSet<string> s_clusterScoped =
        new[] { "GatewayClass", "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolume", "StorageClass", "PriorityClass" }
            .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Kinds that complete example folders carry for a cluster and that change nothing about how the gateway serves.</summary>
    private static readonly FrozenSet<string> s_silent = new[]
    {
        "/Namespace", "/ServiceAccount", "/PersistentVolumeClaim", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/Job", "batch/CronJob",
        "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRole",
        "rbac.authorization.k8s.io/ClusterRoleBinding", "autoscaling/HorizontalPodAutoscaler", "policy/PodDisruptionBudget",
        "networking.k8s.io/NetworkPolicy", "monitoring.coreos.com/PodMonitor", "monitoring.coreos.com/ServiceMonitor", "apiextensions.k8s.io/CustomResourceDefinition",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_accepted = new Dictionary<string, string>
    {
        [AiGroup + "/MCPRoute"] = "MCP routes are not acted on yet",
        [AiGroup + "/QuotaPolicy"] = "quotas are not acted on yet, requests are not limited by this object",
        [EnvoyGroup + "/SecurityPolicy"] = "security policies are not acted on yet, requests are NOT authenticated by this object",
        [EnvoyGroup + "/HTTPRouteFilter"] = "HTTP route filters are not acted on yet",
        [EnvoyGroup + "/EnvoyPatchPolicy"] = "it changes internals of Envoy that do not exist here, the object has no effect",
        [GatewayGroup + "/GRPCRoute"] = "gRPC routes are not acted on yet",
        [GatewayGroup + "/TLSRoute"] = "TLS routes are not acted on yet",
        [GatewayGroup + "/TCPRoute"] = "TCP routes are not acted on yet",
        [GatewayGroup + "/UDPRoute"] = "UDP routes are not acted on yet",
        [GatewayGroup + "/ListenerSet"] = "listener sets are not acted on yet",
        [InferenceGroup + "/InferencePool"] = "inference pools are not acted on yet, backends that name one cannot serve",
        ["inference.networking.x-k8s.io/InferencePool"] = "inference pools are not acted on yet, backends that name one cannot serve",
        ["inference.networking.x-k8s.io/InferenceObjective"] = "inference objectives are not acted on yet",
        ["inference.networking.x-k8s.io/InferenceModel"] = "inference models are not acted on yet",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary><c>group/Kind</c> of everything that is accepted without an effect.</summary>
    public static IEnumerable<string> WithoutEffect => s_accepted.Keys.Concat(s_silent);

    public static bool IsClusterScoped(string kind) => s_clusterScoped.Contains(kind);

    /// <summary>True for kinds that need no word.</summary>
    public static bool IsSilent(string group, string kind) => s_silent.Contains($"{group}/{kind}");

    /// <summary>What to say about a kind that is accepted and has no effect yet; null for others.</summary>
    public static string? Notice(string group, string kind) => s_accepted.GetValueOrDefault($"{group}/{kind}");
}
