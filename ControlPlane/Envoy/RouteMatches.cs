using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Conditions of routes.</summary>
internal static class RouteMatches
{
    /// <summary>Whole segments: <c>/app</c> covers <c>/app</c> and <c>/app/x</c>, not <c>/apple</c>.</summary>
    public static JsonObject Prefix(string? path) =>
        (path ?? "").TrimEnd('/') is { Length: > 0 } segments ? new JsonObject { ["path_separated_prefix"] = segments } : new JsonObject { ["prefix"] = "/" };

    public static JsonObject Header(HeaderMatchSpec header) => new()
    {
        ["name"] = header.Name,
        ["string_match"] = header.IsRegex ? new JsonObject { ["safe_regex"] = new JsonObject { ["regex"] = header.Value } } : new JsonObject { ["exact"] = header.Value },
    };

    public static JsonObject Method(string method) => Header(new HeaderMatchSpec(":method", method, IsRegex: false));
}
