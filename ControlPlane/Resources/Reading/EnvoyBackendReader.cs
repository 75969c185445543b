using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads kind Backend of Envoy Gateway.</summary>
internal static class EnvoyBackendReader
{
    private static readonly TextRule s_type = TextRule.Enum("Endpoints", "DynamicResolver");
    private static readonly TextRule s_protocol = TextRule.Enum("gateway.envoyproxy.io/h2c", "gateway.envoyproxy.io/ws", "gateway.envoyproxy.io/wss");
    private static readonly TextRule s_tlsVersion = TextRule.Enum("Auto", "1.0", "1.1", "1.2", "1.3");
    private static readonly string[] s_addressForms = ["fqdn", "ip", "unix"];
    private static readonly TextRule s_address = new() { MinLength = 3, MaxLength = 45 };

    public static EnvoyBackend? Read(FieldReader root) => root.Object("spec", fields =>
    {
        var isResolver = fields.Text("type", s_type) == "DynamicResolver";
        var endpoints = fields.List("endpoints", new ListRule(256, Min: 1), Endpoint);
        if (isResolver && fields.Has("endpoints")) fields.Error("DynamicResolver type cannot have endpoints specified");
        if (endpoints.Any(static endpoint => endpoint.IsFqdn) && endpoints.Any(static endpoint => !endpoint.IsFqdn))
            fields.ErrorAt("endpoints", "fqdn addresses cannot be mixed with other address types");
        fields.NotActedOn("fallback");
        return new EnvoyBackend
        {
            Document = root.Document,
            IsDynamicResolver = isResolver,
            Endpoints = [.. endpoints.Select(static endpoint => endpoint.Address)],
            AppProtocols = fields.TextList("appProtocols", ListRule.Unlimited, s_protocol),
            Tls = fields.Object("tls", Tls),
        };
    });

    private static Endpoint Endpoint(FieldReader fields)
    {
        var given = s_addressForms.Count(fields.Has);
        if (given == 0) fields.Error("one of fqdn, ip or unix must be specified");
        else if (given > 1) fields.Error("only one of fqdn, ip or unix can be specified");
        var fqdn = fields.Object("fqdn", static item => new BackendEndpoint(
            item.RequiredText("hostname", TextRules.DnsName), item.RequiredInteger("port", 0, 65535), null, null));
        var ip = fields.Object("ip", static item =>
        {
            var address = item.RequiredText("address", s_address);
            if (address.Length > 0 && !System.Net.IPAddress.TryParse(address, out _)) item.ErrorAt("address", "this is no IP address");
            return new BackendEndpoint(address, item.RequiredInteger("port", 0, 65535), null, null);
        });
        var unix = fields.Object("unix", static item =>
        {
            var path = item.RequiredText("path");
            if (path.Length > 108) item.ErrorAt("path", "unix domain socket path must not exceed 108 characters");
            return new BackendEndpoint(null, 0, path, null);
        });
        fields.Ignore("zone");
        var address = fqdn ?? ip ?? unix ?? new BackendEndpoint(string.Empty, 0, null, null);
        return new Endpoint(fqdn is not null, address with { HostHeader = fields.Text("hostname", TextRules.DnsName) });
    }

    private static BackendTls Tls(FieldReader fields)
    {
        var tls = new BackendTls(
            fields.List("caCertificateRefs", new ListRule(8), References.Local),
            fields.Text("wellKnownCACertificates", TextRules.NotEmpty),
            fields.Boolean("insecureSkipVerify") ?? false,
            fields.Text("sni", TextRules.DnsName));
        fields.NotActedOn("clientCertificateRef", "minVersion", "maxVersion", "ciphers", "ecdhCurves", "signatureAlgorithms", "alpnProtocols");
        fields.Ignore("fingerprints");
        _ = fields.Text("minVersion", s_tlsVersion);
        _ = fields.Text("maxVersion", s_tlsVersion);
        var hasAuthorities = tls.CaCertificateRefs.Count > 0;
        if (hasAuthorities && tls.WellKnownCaCertificates is not null)
            fields.Error("must not contain both CACertificateRefs and WellKnownCACertificates");
        if (tls.InsecureSkipVerify && (hasAuthorities || tls.WellKnownCaCertificates is not null))
            fields.Error("must not contain either CACertificateRefs or WellKnownCACertificates when InsecureSkipVerify is enabled");
        if (fields.Text("minVersion") == "1.3" && fields.Has("ciphers"))
            fields.Error("setting ciphers has no effect if the minimum possible TLS version is 1.3");
        if (tls.InsecureSkipVerify)
            fields.WarningAt(
                "insecureSkipVerify", "the certificate of this backend is not checked, anyone on the way can read credentials and content", "remove it outside of tests");
        return tls;
    }
}

/// <summary>One endpoint and the form in which it was written.</summary>
internal sealed record Endpoint(bool IsFqdn, BackendEndpoint Address);
