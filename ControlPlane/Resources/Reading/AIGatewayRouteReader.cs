using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads AIGatewayRoute.</summary>
internal static class AIGatewayRouteReader
{
    /// <summary>The peer allows 15 since its version 0.7; manifests of its older releases may have 128.</summary>
    private const int MaxRules = 128;

    public static AIGatewayRoute? Read(FieldReader root) => root.Object("spec", fields =>
    {
        fields.Removed("targetRefs", "use parentRefs");
        fields.Removed("schema", "remove it; the schema of requests follows from the endpoint they are sent to");
        if (root.Document.Version == "v1alpha1")
        {
            fields.Ignore("filterConfig");
            if (fields.Has("filterConfig")) fields.WarningAt("filterConfig", "this setting of older releases has no effect", "remove it");
        }

        return new AIGatewayRoute
        {
            Document = root.Document,
            ParentRefs = fields.List("parentRefs", new ListRule(16), References.Parent),
            Hostnames = fields.TextList("hostnames", new ListRule(16), TextRules.Hostname),
            Rules = fields.List("rules", new ListRule(MaxRules, Required: true), Rule),
            Costs = fields.List("llmRequestCosts", new ListRule(36), Costs.Read),
        };
    });

    private static AIGatewayRouteRule Rule(FieldReader fields) => new()
    {
        Name = fields.Text("name", TextRules.DnsName),
        Matches = fields.List("matches", new ListRule(128), static match => new AIGatewayRouteMatch(Reading.Matches.Headers(match))),
        BackendRefs = fields.List("backendRefs", new ListRule(128), BackendRef),
        Timeouts = fields.Object("timeouts", static timeouts => new RouteTimeouts(timeouts.Duration("request"), timeouts.Duration("backendRequest"))),
        StreamIdleTimeout = fields.Duration("streamIdleTimeout"),
        ModelsOwnedBy = fields.Text("modelsOwnedBy"),
        ModelsCreatedAt = fields.Time("modelsCreatedAt"),
    };

    private static AIGatewayRouteBackendRef BackendRef(FieldReader fields) => new()
    {
        Name = fields.RequiredText("name", TextRules.NotEmpty),
        Namespace = fields.Text("namespace", TextRules.NamespaceName),
        Group = fields.Text("group", TextRules.Group),
        Kind = fields.Text("kind", TextRules.OptionalKind),
        ModelNameOverride = fields.Text("modelNameOverride"),
        HeaderMutation = fields.Object("headerMutation", Mutations.Headers),
        BodyMutation = fields.Object("bodyMutation", Mutations.Body),
        Weight = (int)(fields.Integer("weight", 0) ?? 1),
        Priority = (int)(fields.Integer("priority", 0) ?? 0),
    };
}
