using System.Text;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>A collector inside the test that takes OTLP over HTTP and keeps every byte, for scans that a decoded form would deceive.</summary>
internal sealed class OtlpSink : IAsyncDisposable
{
    /// <summary>Service name of the process that holds the engine.</summary>
    public const string Engine = "telemetry-of-the-engine";

    /// <summary>Service name of our gateway where it stands in front of the engine.</summary>
    public const string InFront = "telemetry-of-the-gateway-in-front";

    private readonly MockUpstream _server;

    private OtlpSink(MockUpstream server) => _server = server;

    /// <summary>What was exported so far, each request as the text of its bytes.</summary>
    public IReadOnlyList<string> Exports => [.. _server.Requests.Select(request => Encoding.Latin1.GetString([.. request.Head.Span, .. request.Body.Span]))];

    public static async Task<OtlpSink> StartAsync()
    {
        var server = await MockUpstream.StartAsync();
        return new OtlpSink(server.Answer(MockAnswer.Bytes(200, "application/x-protobuf", [])));
    }

    /// <summary>The exports of one signal by one service.</summary>
    /// <param name="signal"><c>traces</c>, <c>metrics</c> or <c>logs</c>.</param>
    /// <param name="service"><see cref="Engine"/> or <see cref="InFront"/>.</param>
    public IReadOnlyList<string> Of(string signal, string service) =>
        [.. Exports.Where(export => export.StartsWith($"POST /v1/{signal} ", StringComparison.Ordinal) && export.Contains(service, StringComparison.Ordinal))];

    /// <summary>Variables of a process that sends everything here.</summary>
    public Dictionary<string, string?> Variables(string service) => new()
    {
        ["OTEL_SERVICE_NAME"] = service,
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Endpoint.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_TRACES_EXPORTER"] = "otlp",
        ["OTEL_METRICS_EXPORTER"] = "otlp",
        ["OTEL_LOGS_EXPORTER"] = "otlp",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
