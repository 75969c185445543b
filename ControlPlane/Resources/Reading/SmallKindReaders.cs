using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Readers of kinds with a handful of fields.</summary>
internal static class SmallKindReaders
{
    private static readonly TextRule s_controller = new()
    {
        MinLength = 1,
        MaxLength = 253,
        Pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
    };

    public static GatewayClass? GatewayClass(FieldReader root) => root.Object("spec", fields =>
    {
        _ = fields.Text("description", new TextRule { MaxLength = 64 });
        fields.Ignore("parametersRef");
        return new GatewayClass { Document = root.Document, ControllerName = fields.RequiredText("controllerName", s_controller) };
    });

    public static GatewayConfig? GatewayConfig(FieldReader root) => root.Object("spec", fields =>
    {
        // Settings of a container that does not exist outside a cluster.
        fields.Ignore("extProc");
        fields.NotActedOn("forwardProxy");
        return new GatewayConfig
        {
            Document = root.Document,
            GlobalCosts = fields.List("globalLLMRequestCosts", new ListRule(Key: "metadataKey"), Costs.Read),
        };
    });

    public static ReferenceGrant? ReferenceGrant(FieldReader root) => root.Object("spec", fields => new ReferenceGrant
    {
        Document = root.Document,
        From = fields.List("from", new ListRule(16, Min: 1, Required: true), static item => new GrantSource(
            item.TextOr("group", string.Empty, TextRules.Group),
            item.RequiredText("kind", TextRules.Kind),
            item.RequiredText("namespace", TextRules.NamespaceName))),
        To = fields.List("to", new ListRule(16, Min: 1, Required: true), static item => new GrantTarget(
            item.TextOr("group", string.Empty, TextRules.Group),
            item.RequiredText("kind", TextRules.Kind),
            item.Text("name", TextRules.ObjectName))),
    });

    public static ConfigMap ConfigMap(FieldReader root)
    {
        root.Ignore("binaryData", "immutable");
        return new ConfigMap { Document = root.Document, Data = root.Map("data").ToDictionary(StringComparer.Ordinal) };
    }

    public static Service? Service(FieldReader root) => root.Object("spec", fields =>
    {
        var ports = fields.List("ports", ListRule.Unlimited, static item =>
        {
            item.Ignore("targetPort", "protocol", "nodePort");
            return new ServicePort(item.Text("name"), item.RequiredInteger("port", 1, 65535), item.Text("appProtocol"));
        });
        var externalName = fields.Text("externalName");
        // A Service is an address book entry here; how a cluster implements it is of no interest.
        fields.Ignore([.. fields.Names]);
        return new Service { Document = root.Document, ExternalName = externalName, Ports = ports };
    });
}
