namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Looks at EnvoyProxy: logging and access logs need no word, other Envoy settings have no counterpart here.</summary>
internal static class EnvoyProxyReader
{
    private static readonly string[] s_known =
    [
        "backendTLS", "bootstrap", "concurrency", "dynamicModules", "extraArgs", "filterOrder", "geoIP", "ipFamily", "logging", "luaValidation", "mergeGateways",
        "mergeType", "preserveRouteOrder", "provider", "routingType", "shutdown", "telemetry",
    ];

    public static object? Read(FieldReader root) => root.Object("spec", fields =>
    {
        fields.Ignore(s_known);
        foreach (var name in fields.Names)
        {
            if (name is "logging" or "provider" or "shutdown" or "concurrency" || !s_known.Contains(name)) continue;
            if (name == "telemetry")
            {
                fields.Object("telemetry", static telemetry =>
                {
                    telemetry.Ignore("accessLog", "requestID");
                    telemetry.NotActedOn("metrics", "tracing");
                    return telemetry;
                });
            }
            else
            {
                fields.WarningAt(name, "this setting of Envoy is ignored");
            }
        }

        return fields;
    });
}
