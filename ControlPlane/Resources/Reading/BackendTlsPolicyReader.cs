using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads BackendTLSPolicy, both versions.</summary>
internal static class BackendTlsPolicyReader
{
    private static readonly TextRule s_nameType = TextRule.Enum("Hostname", "URI");

    public static BackendTlsPolicy? Read(FieldReader root) => root.Object("spec", fields =>
    {
        fields.NotActedOn("options");
        var targets = fields.List("targetRefs", new ListRule(16, Min: 1, Required: true), References.LocalWithSection);
        var validation = fields.RequiredObject("validation", Validation) ?? new Checks(string.Empty, [], []);
        return new BackendTlsPolicy
        {
            Document = root.Document,
            TargetRefs = targets,
            Hostname = validation.Hostname,
            CaCertificateRefs = validation.Authorities,
            SubjectAltNames = validation.Names,
        };
    });

    private static Checks Validation(FieldReader fields)
    {
        var authorities = fields.List("caCertificateRefs", new ListRule(8), References.Local);
        var wellKnown = fields.Text("wellKnownCACertificates", TextRules.NotEmpty);
        if (authorities.Count > 0 && wellKnown is not null) fields.Error("must not contain both CACertificateRefs and WellKnownCACertificates");
        if (authorities.Count == 0 && !fields.Has("wellKnownCACertificates"))
            fields.Error("must specify either CACertificateRefs or WellKnownCACertificates");
        if (wellKnown is not null and not "System")
            fields.ErrorAt(
                "wellKnownCACertificates", "only the set \"System\" is supported", "use System, or name certificates in caCertificateRefs");
        return new Checks(
            fields.RequiredText("hostname", TextRules.DnsName),
            authorities,
            [.. fields.List("subjectAltNames", new ListRule(5), SubjectAltName).Select(static name => name.Value).Where(static value => value.Length > 0)]);
    }

    private static AltName SubjectAltName(FieldReader fields)
    {
        var isHostname = fields.RequiredText("type", s_nameType) == "Hostname";
        var hostname = fields.Text("hostname", TextRules.Hostname);
        var uri = fields.Text("uri", TextRules.ObjectName);
        if (isHostname && hostname is null) fields.Error("SubjectAltName element must contain Hostname, if Type is set to Hostname");
        if (!isHostname && hostname is not null)
            fields.Error("SubjectAltName element must not contain Hostname, if Type is not set to Hostname");
        if (!isHostname && uri is null) fields.Error("SubjectAltName element must contain URI, if Type is set to URI");
        if (isHostname && uri is not null) fields.Error("SubjectAltName element must not contain URI, if Type is not set to URI");
        return new AltName((isHostname ? hostname : uri) ?? string.Empty);
    }

    private sealed record Checks(string Hostname, IReadOnlyList<ObjectReference> Authorities, IReadOnlyList<string> Names);

    private sealed record AltName(string Value);
}
