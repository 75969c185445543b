using AiGateway.ExtProc.Protocol;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>The engine's side of external mode, as little of it as a service can do: name the model, set a credential for each attempt, let event streams pass.</summary>
internal static class ScriptedEngine
{
    /// <summary>Where every attempt goes.</summary>
    public const string ChatPath = "/v1/chat/completions";

    /// <summary>Attribute with the backend of an attempt.</summary>
    public const string Backend = "xds.upstream_host_metadata.filter_metadata['aigateway.envoy.io']['per_route_rule_backend_name']";

    /// <summary>Starts a gateway in external mode with a service.</summary>
    public static Task<GatewayUnderTest> StartGatewayAsync(TestSnapshot snapshot, ScriptedService service) => GatewayUnderTest.StartAsync(snapshot, options => new GatewayHostOptions
    {
        AdminPort = options.AdminPort,
        DefaultAddresses = options.DefaultAddresses,
        Logs = options.Logs,
        Telemetry = options.Telemetry,
        Environment = options.Environment,
        Sinks = options.Sinks,
        Processing = new ProcessingOptions { Mode = EngineMode.External, Address = $"http://127.0.0.1:{service.Port}", MessageTimeout = TimeSpan.FromSeconds(20) },
    });

    /// <summary>Whether a message is the one of an attempt, and of which backend.</summary>
    public static bool IsAttempt(Seen seen, out string backend) => seen.Attributes.TryGetValue(Backend, out backend!);

    /// <summary>What the engine says to a message.</summary>
    public static ProcessingResponse? Engine(Seen seen)
    {
        if (IsAttempt(seen, out var backend)) return Answer(seen, new CommonResponse { HeaderMutation = Set(("authorization", $"Bearer key-of-{backend}"), (":path", ChatPath)) });
        if (seen.Kind == InboundKind.RequestBody) return Answer(seen, new CommonResponse { HeaderMutation = Set(("x-ai-eg-model", "m")), ClearRouteCache = true });
        var answer = Answer(seen);
        if (seen.Kind == InboundKind.ResponseHeaders && seen.Headers.GetValueOrDefault("content-type") == "text/event-stream") answer.ModeOverride = new ProcessingMode { ResponseBodyMode = ProcessingMode.Types.BodySendMode.Streamed };
        return answer;
    }
}
