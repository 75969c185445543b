using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads EnvoyExtensionPolicy: its external processors.</summary>
internal static class EnvoyExtensionPolicyReader
{
    private const int MaxProcessors = 16;

    private static readonly string[] s_kinds = ["Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "UDPRoute", "TLSRoute"];
    private static readonly string[] s_foreign = ["wasm", "lua", "dynamicModule"];
    private static readonly TextRule s_body = TextRule.Enum("Streamed", "Buffered", "BufferedPartial", "FullDuplexStreamed");

    public static EnvoyExtensionPolicy? Read(FieldReader root) => root.Object("spec", fields =>
    {
        foreach (var name in s_foreign)
        {
            fields.Ignore(name);
            if (fields.Has(name)) fields.WarningAt(name, "it changes internals of Envoy and has no effect here");
        }

        fields.NotActedOn("mergeType");
        return new EnvoyExtensionPolicy
        {
            Document = root.Document,
            Targets = PolicyTargets.Direct(fields, s_kinds),
            Selectors = PolicyTargets.Selected(fields, s_kinds),
            Processors = fields.List("extProc", new ListRule(MaxProcessors), Processor),
        };
    });

    private static ExtensionProcessor Processor(FieldReader fields)
    {
        fields.Ignore("backendSettings");
        if (fields.Has("backendSettings")) fields.WarningAt("backendSettings", "settings of the connection to a processor are not acted on yet");
        var mode = fields.Object("processingMode", Mode);
        if (mode is null or { Request: null, Response: null })
            fields.WarningAt("processingMode", "neither requests nor responses are sent to the service, the entry does nothing", "set processingMode.request or processingMode.response, {} sends the headers");
        var metadata = fields.Object("metadata", static item => new Namespaces(
            item.TextList("accessibleNamespaces", ListRule.Unlimited, TextRules.NotEmpty), Writable(item)));
        return new ExtensionProcessor
        {
            Services = Services(fields),
            MessageTimeout = fields.Duration("messageTimeout") ?? TimeSpan.FromMilliseconds(200),
            FailOpen = fields.Boolean("failOpen") ?? false,
            AllowModeOverride = mode?.AllowOverride ?? false,
            Request = mode?.Request,
            Response = mode?.Response,
            AccessibleNamespaces = metadata?.Accessible ?? [],
            WritableNamespaces = metadata?.Writable ?? [],
        };
    }

    private static List<ExtensionProcessorRef> Services(FieldReader fields)
    {
        var services = fields.List("backendRefs", new ListRule(MaxProcessors), item => new ExtensionProcessorRef(Service(item), item.At("name"))).ToList();
        if (fields.Object("backendRef", item => new ExtensionProcessorRef(Service(item), item.At("name"))) is { } single)
        {
            fields.WarningAt("backendRef", "backendRef is deprecated", "use backendRefs");
            services.Add(single);
        }

        if (services.Count == 0) fields.ErrorAt("backendRefs", "Required value", "name a Backend or a Service that serves gRPC");
        return services;
    }

    private static ObjectReference Service(FieldReader fields)
    {
        fields.NotActedOn("fallback");
        var reference = References.Backend(fields);
        if (!reference.Is(KnownKinds.EnvoyGroup, "Backend") && !reference.Is(string.Empty, "Service"))
            fields.Error("BackendRefs only supports Service and Backend kind.", "use kind Backend of group gateway.envoyproxy.io, or kind Service with a port");
        return reference;
    }

    private static ProcessingMode Mode(FieldReader fields) => new(
        fields.Boolean("allowModeOverride") ?? false, fields.Object("request", Direction), fields.Object("response", Direction));

    private static ProcessorDirection Direction(FieldReader fields) => new(
        fields.Text("body", s_body) switch
        {
            "Streamed" => ProcessorBodyMode.Streamed,
            "Buffered" => ProcessorBodyMode.Buffered,
            "BufferedPartial" => ProcessorBodyMode.BufferedPartial,
            "FullDuplexStreamed" => ProcessorBodyMode.FullDuplexStreamed,
            _ => ProcessorBodyMode.None,
        },
        fields.TextList("attributes", ListRule.Unlimited, TextRules.NotEmpty));

    private static IReadOnlyList<string> Writable(FieldReader fields)
    {
        var names = fields.TextList("writableNamespaces", ListRule.Unlimited, TextRules.NotEmpty);
        if (names.Any(static name => name.StartsWith("envoy.filters.http", StringComparison.Ordinal)))
            fields.ErrorAt("writableNamespaces", "writableNamespaces cannot contain well-known Envoy HTTP filter namespaces");
        return names;
    }

    private sealed record ProcessingMode(bool AllowOverride, ProcessorDirection? Request, ProcessorDirection? Response);

    private sealed record Namespaces(IReadOnlyList<string> Accessible, IReadOnlyList<string> Writable);
}
