using System.Globalization;
using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// External processors of the operator, as Envoy Gateway writes them: a filter each, off unless a route turns it on, behind the AI service, so that they see
/// requests with their model named and answers before usage is read.
/// </summary>
internal static class ProcessorFilters
{
    private const string Message = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";

    /// <summary>Name of the filter of a processor.</summary>
    public static string NameOf(string processor) => $"envoy.filters.http.ext_proc/envoyextensionpolicy/{processor}";

    /// <summary>Name of the cluster of a processor.</summary>
    public static string ClusterOf(string processor) => $"envoyextensionpolicy/{processor}";

    /// <summary>The filter on the listener.</summary>
    public static JsonObject Filter(ProcessorSpec processor, PoolSpec pool)
    {
        var service = new JsonObject { ["cluster_name"] = ClusterOf(processor.Name) };
        if (pool.Endpoints is [{ Host: { } host, Port: var port }, ..]) service["authority"] = Authority(host, port);
        var config = new JsonObject
        {
            ["@type"] = Protobuf.Type(Message),
            ["grpc_service"] = new JsonObject { ["envoy_grpc"] = service, ["timeout"] = "10s" },
            ["failure_mode_allow"] = processor.FailOpen,
            ["processing_mode"] = new JsonObject
            {
                ["request_header_mode"] = Headers(processor.Request),
                ["request_body_mode"] = Body(processor.Request),
                ["request_trailer_mode"] = Trailers(processor.Request),
                ["response_header_mode"] = Headers(processor.Response),
                ["response_body_mode"] = Body(processor.Response),
                ["response_trailer_mode"] = Trailers(processor.Response),
            },
            ["message_timeout"] = Protobuf.Duration(processor.MessageTimeout),
        };
        if (processor.AllowModeOverride) config["allow_mode_override"] = true;
        if (processor.Request is { Attributes.Count: > 0 } request) config["request_attributes"] = Protobuf.Texts(request.Attributes);
        if (processor.Response is { Attributes.Count: > 0 } response) config["response_attributes"] = Protobuf.Texts(response.Attributes);
        var metadata = new JsonObject();
        if (processor.ReadableNamespaces.Count > 0) metadata["forwarding_namespaces"] = new JsonObject { ["untyped"] = Protobuf.Texts(processor.ReadableNamespaces) };
        if (processor.WritableNamespaces.Count > 0) metadata["receiving_namespaces"] = new JsonObject { ["untyped"] = Protobuf.Texts(processor.WritableNamespaces) };
        if (metadata.Count > 0) config["metadata_options"] = metadata;
        var filter = Protobuf.Extension(NameOf(processor.Name), config);
        filter["disabled"] = true;
        return filter;
    }

    /// <summary>
    /// What a route says about the processors of its host: its own are on, the others are made and silent. Envoy makes the filters of a request when it
    /// arrives, at an entry that does not know the route yet, and cannot add one later; so an entry has all of them made, without any of its own.
    /// </summary>
    /// <param name="filters">The route's settings so far.</param>
    /// <param name="known">Every processor of the host's routes.</param>
    /// <param name="wanted">Those of the route.</param>
    public static JsonObject Choose(JsonObject filters, IEnumerable<string> known, IReadOnlyList<string> wanted)
    {
        foreach (var name in known) filters[NameOf(name)] = wanted.Contains(name) ? Enabled() : Silent();
        return filters;
    }

    private static JsonObject Silent() => new() { ["@type"] = Protobuf.Type("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"), ["disabled"] = true };

    private static JsonObject Enabled() => new() { ["@type"] = Protobuf.Type("envoy.config.route.v3.FilterConfig"), ["config"] = new JsonObject() };

    private static string Headers(ProcessorDirection? direction) => direction is null ? "SKIP" : "SEND";

    private static string Body(ProcessorDirection? direction) => (direction?.Body ?? ProcessorBodyMode.None) switch
    {
        ProcessorBodyMode.None => "NONE",
        ProcessorBodyMode.Streamed => "STREAMED",
        ProcessorBodyMode.Buffered => "BUFFERED",
        ProcessorBodyMode.BufferedPartial => "BUFFERED_PARTIAL",
        ProcessorBodyMode.FullDuplexStreamed => "FULL_DUPLEX_STREAMED",
        var mode => throw new ArgumentOutOfRangeException(nameof(direction), mode, null),
    };

    /// <summary>Envoy takes full duplex only with trailers.</summary>
    private static string Trailers(ProcessorDirection? direction) => direction is { Body: ProcessorBodyMode.FullDuplexStreamed } ? "SEND" : "SKIP";

    private static string Authority(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");
}
