using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Gateway-wide costs of the GatewayConfigs that Gateways name.</summary>
internal static class GlobalCosts
{
    private const string Annotation = "aigateway.envoyproxy.io/gateway-config";
    private const string AnnotationPath = $"metadata.annotations[\"{Annotation}\"]";

    public static IReadOnlyList<CostSpec> Compile(CompilationContext context)
    {
        var compiled = context.Store.All<GatewayConfig>().Where(static config => !config.Document.HasErrors).ToDictionary(
            static config => config.Key, config => CostCompiler.Compile(context, config.Document, "spec.globalLLMRequestCosts", config.GlobalCosts));
        var result = new Dictionary<string, CostSpec>(StringComparer.Ordinal);
        foreach (var gateway in context.Store.All<Gateway>())
        {
            if (!gateway.Document.Annotations.TryGetValue(Annotation, out var name)) continue;
            if (!compiled.TryGetValue($"{gateway.Namespace}/{name}", out var costs))
            {
                if (context.Store.Find<GatewayConfig>(gateway.Namespace, name) is null) Missing(context, gateway, name);
                continue;
            }

            foreach (var cost in costs)
            {
                if (result.TryAdd(cost.MetadataKey, cost) || result[cost.MetadataKey] == cost) continue;
                context.Findings.Warning(
                    gateway.Document, AnnotationPath, $"cost {cost.MetadataKey} is defined differently by another Gateway's GatewayConfig, which is used for both", "use one GatewayConfig, or another key");
            }
        }

        return [.. result.Values];
    }

    private static void Missing(CompilationContext context, Gateway gateway, string name)
    {
        var existing = context.Store.All<GatewayConfig>().Where(config => config.Namespace == gateway.Namespace).Select(static config => config.Name);
        context.Unresolved(
            gateway.Document,
            AnnotationPath,
            "GatewayConfigNotFound",
            $"GatewayConfig {gateway.Namespace}/{name} not found",
            CompilationContext.Available(existing));
    }
}
