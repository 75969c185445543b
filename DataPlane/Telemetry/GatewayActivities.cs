using System.Diagnostics;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>The one source of AI spans.</summary>
public static class GatewayActivities
{
    /// <summary>Scope name that existing dashboards and Phoenix projects know.</summary>
    public const string SourceName = "envoyproxy/ai-gateway";

    /// <summary>The source.</summary>
    public static readonly ActivitySource Source = new(SourceName);
}
