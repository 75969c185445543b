using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads Gateway.</summary>
internal static class GatewayReader
{
    private static readonly TextRule s_from = TextRule.Enum("All", "Selector", "Same");
    private static readonly TextRule s_mode = TextRule.Enum("Terminate", "Passthrough");
    private static readonly TextRule s_protocol = new() { MinLength = 1, MaxLength = 255 };

    public static Gateway? Read(FieldReader root) => root.Object("spec", fields =>
    {
        var addresses = fields.List("addresses", new ListRule(16), static item => new Address(
            item.TextOr("type", "IPAddress", TextRules.ObjectName), item.Text("value", new TextRule { MaxLength = 253 })));
        // Provisioning details of a cluster; they change nothing about serving.
        fields.Ignore("infrastructure", "allowedListeners");
        fields.NotActedOn("tls");
        return new Gateway
        {
            Document = root.Document,
            ClassName = fields.RequiredText("gatewayClassName", TextRules.ObjectName),
            Listeners = fields.List("listeners", new ListRule(64, Min: 1, Key: "name", Required: true), Listener),
            Addresses = [.. addresses.Where(static address => address.Type == "IPAddress" && address.Value is not null).Select(static address => address.Value!)],
        };
    });

    private static Listener Listener(FieldReader fields)
    {
        var routes = fields.Object("allowedRoutes", static allowed => new Allowed(
            allowed.Object("namespaces", static item => new AllowedNamespaces(
                item.TextOr("from", "Same", s_from), item.Object("selector", Selectors.Labels))),
            allowed.List("kinds", new ListRule(8), static kind => new ObjectReference(
                kind.TextOr("group", KnownKinds.GatewayGroup, TextRules.Group), kind.RequiredText("kind", TextRules.Kind), string.Empty))));
        return new Listener
        {
            Name = fields.RequiredText("name", TextRules.DnsName),
            Hostname = fields.Text("hostname", TextRules.Hostname),
            Port = fields.RequiredInteger("port", 1, 65535),
            Protocol = fields.RequiredText("protocol", s_protocol),
            Tls = fields.Object("tls", Tls),
            Namespaces = routes?.Namespaces ?? new AllowedNamespaces("Same", null),
            AllowedKinds = routes?.Kinds ?? [],
        };
    }

    private static ListenerTls Tls(FieldReader fields)
    {
        fields.Ignore("options");
        return new ListenerTls(
            fields.Text("mode", s_mode) == "Passthrough",
            fields.List("certificateRefs", new ListRule(64), References.Secret),
            fields.Has("options"));
    }

    private sealed record Address(string Type, string? Value);

    private sealed record Allowed(AllowedNamespaces? Namespaces, IReadOnlyList<ObjectReference> Kinds);
}
