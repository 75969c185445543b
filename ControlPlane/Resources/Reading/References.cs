using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>The shapes of references that several kinds share.</summary>
internal static class References
{
    public static ParentReference Parent(FieldReader fields) => new()
    {
        Group = fields.TextOr("group", KnownKinds.GatewayGroup, TextRules.Group),
        Kind = fields.TextOr("kind", "Gateway", TextRules.Kind),
        Name = fields.RequiredText("name", TextRules.ObjectName),
        Namespace = fields.Text("namespace", TextRules.NamespaceName),
        SectionName = fields.Text("sectionName", TextRules.DnsName),
        Port = (int?)fields.Integer("port", 1, 65535),
    };

    /// <summary>Group, kind, name, namespace and port of a network target, with the rule that a Service needs a port.</summary>
    public static ObjectReference Backend(FieldReader fields)
    {
        var reference = new ObjectReference(
            fields.TextOr("group", string.Empty, TextRules.Group),
            fields.TextOr("kind", "Service", TextRules.Kind),
            fields.RequiredText("name", TextRules.ObjectName))
        {
            Namespace = fields.Text("namespace", TextRules.NamespaceName),
            Port = (int?)fields.Integer("port", 1, 65535),
        };
        if (reference.Is(string.Empty, "Service") && !fields.Has("port")) fields.Error("Must have port for Service reference");
        return reference;
    }

    public static ObjectReference Secret(FieldReader fields) => new(
        fields.TextOr("group", string.Empty, TextRules.Group),
        fields.TextOr("kind", "Secret", TextRules.Kind),
        fields.RequiredText("name", TextRules.ObjectName))
    {
        Namespace = fields.Text("namespace", TextRules.NamespaceName),
    };

    /// <summary>A target in the policy's own namespace.</summary>
    public static ObjectReference Local(FieldReader fields) => new(
        RequiredGroup(fields),
        fields.RequiredText("kind", TextRules.Kind),
        fields.RequiredText("name", TextRules.ObjectName));

    /// <summary>A local target with an optional section.</summary>
    public static ObjectReference LocalWithSection(FieldReader fields) =>
        Local(fields) with { SectionName = fields.Text("sectionName", TextRules.DnsName) };

    /// <summary>The group may be empty (core kinds) and must still be written.</summary>
    private static string RequiredGroup(FieldReader fields)
    {
        if (!fields.Has("group")) fields.ErrorAt("group", "Required value");
        return fields.TextOr("group", string.Empty, TextRules.Group);
    }
}
