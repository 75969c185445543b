using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Limits of clusters.</summary>
internal static class ClusterLimits
{
    /// <summary>
    /// AI requests run for a long time, so many are in flight at once: Envoy's default of 1,024 requests, and above all of 3 retries, would turn load into errors.
    /// </summary>
    private const int Most = 20_000;

    public static JsonObject CircuitBreakers() => new()
    {
        ["thresholds"] = new JsonArray(new JsonObject
        {
            ["priority"] = "DEFAULT",
            ["max_connections"] = Most,
            ["max_pending_requests"] = Most,
            ["max_requests"] = Most,
            ["max_retries"] = Most,
        }),
    };
}
