using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.Reading;
using AiGateway.ControlPlane.Resources.V1;
using AiGateway.ControlPlane.Resources.Validation;

namespace AiGateway.ControlPlane.Resources;

/// <summary>Turns documents into typed resources: one line per kind that is acted on.</summary>
internal sealed class ResourceReader(FindingCollector findings, ISecretSource secrets)
{
    private static readonly string[] s_ai = ["v1alpha1", "v1beta1"];
    private static readonly string[] s_gateway = ["v1", "v1beta1"];
    private static readonly string[] s_alpha = ["v1alpha1"];
    private static readonly string[] s_core = ["v1"];

    private static readonly Dictionary<string, KindEntry> s_kinds = new(StringComparer.Ordinal)
    {
        [KnownKinds.AiGroup + "/AIGatewayRoute"] = Entry(s_ai, AIGatewayRouteReader.Read, AIGatewayRouteRules.Check),
        [KnownKinds.AiGroup + "/AIServiceBackend"] = Entry(s_ai, AIServiceBackendReader.Read),
        [KnownKinds.AiGroup + "/BackendSecurityPolicy"] = Entry(s_ai, BackendSecurityPolicyReader.Read, BackendSecurityPolicyRules.Check),
        [KnownKinds.AiGroup + "/GatewayConfig"] = Entry(s_ai, SmallKindReaders.GatewayConfig),
        [KnownKinds.GatewayGroup + "/GatewayClass"] = Entry(s_gateway, SmallKindReaders.GatewayClass, GatewayClassRules.Check),
        [KnownKinds.GatewayGroup + "/Gateway"] = Entry(s_gateway, GatewayReader.Read, GatewayRules.Check),
        [KnownKinds.GatewayGroup + "/HTTPRoute"] = Entry(s_gateway, HttpRouteReader.Read, HttpRouteRules.Check),
        [KnownKinds.GatewayGroup + "/ReferenceGrant"] = Entry(["v1", "v1beta1", "v1alpha2"], SmallKindReaders.ReferenceGrant),
        [KnownKinds.GatewayGroup + "/BackendTLSPolicy"] = Entry(["v1", "v1alpha3"], BackendTlsPolicyReader.Read),
        [KnownKinds.EnvoyGroup + "/Backend"] = Entry(s_alpha, EnvoyBackendReader.Read),
        [KnownKinds.EnvoyGroup + "/BackendTrafficPolicy"] = Entry(s_alpha, TrafficPolicyReaders.Backend),
        [KnownKinds.EnvoyGroup + "/ClientTrafficPolicy"] = Entry(s_alpha, TrafficPolicyReaders.Client),
        [KnownKinds.EnvoyGroup + "/EnvoyExtensionPolicy"] = Entry(s_alpha, EnvoyExtensionPolicyReader.Read),
        [KnownKinds.EnvoyGroup + "/EnvoyProxy"] = new KindEntry(s_alpha, NeedsSpec: false, static (root, _, _) => EnvoyProxyReader.Read(root) ?? root),
        ["/Secret"] = new KindEntry(s_core, NeedsSpec: false, static (root, secrets, findings) =>
        {
            var secret = SecretReader.Read(root, secrets, findings);
            SecretRules.Check(secret, findings);
            return secret;
        }),
        ["/ConfigMap"] = new KindEntry(s_core, NeedsSpec: false, static (root, _, _) => SmallKindReaders.ConfigMap(root)),
        ["/Service"] = Entry(s_core, SmallKindReaders.Service),
    };

    /// <summary><c>group/Kind</c> of everything that is read field by field; core kinds have an empty group.</summary>
    public static IEnumerable<string> KindsActedOn => s_kinds.Keys;

    /// <summary>The typed resource; another object for kinds that are accepted without effect; null when nothing can be done with the document.</summary>
    public object? Read(ResourceDocument document)
    {
        if (!s_kinds.TryGetValue($"{document.Group}/{document.Kind}", out var kind)) return ReadOther(document);
        if (!kind.Versions.Contains(document.Version))
        {
            findings.Error(
                document,
                "apiVersion",
                $"no matches for kind \"{document.Kind}\" in version \"{document.Group}{(document.Group.Length == 0 ? string.Empty : "/")}{document.Version}\"",
                $"served versions: {string.Join(", ", kind.Versions)}");
            return null;
        }

        WarnOfDeprecation(document);
        var root = new FieldReader(document, document.Root, string.Empty, findings);
        root.Ignore("apiVersion", "kind", "metadata", "status");
        NameRules.Check(document, findings);
        if (kind.NeedsSpec && !root.Has("spec")) root.ErrorAt("spec", "Required value");
        var resource = kind.Read(root, secrets, findings);
        root.Finish();
        return resource ?? document;
    }

    private ResourceDocument? ReadOther(ResourceDocument document)
    {
        if (KnownKinds.IsSilent(document.Group, document.Kind)) return document;
        if (KnownKinds.Notice(document.Group, document.Kind) is { } notice)
        {
            WarnOfDeprecation(document);
            findings.Warning(document, string.Empty, notice);
            return document;
        }

        var name = $"{document.Group}/{document.Kind}";
        var sameKind = s_kinds.Keys.FirstOrDefault(key => key.EndsWith("/" + document.Kind, StringComparison.Ordinal));
        var nearest = sameKind ?? Spelling.Nearest(name, s_kinds.Keys);
        findings.Warning(
            document,
            string.Empty,
            $"kind \"{document.Kind}\" of group \"{document.Group}\" is not known, the object is ignored",
            nearest is null ? "remove it if it was meant to have an effect" : $"did you mean {Describe(nearest)}?");
        return null;
    }

    private void WarnOfDeprecation(ResourceDocument document)
    {
        if (document is { Group: KnownKinds.AiGroup, Version: "v1alpha1", Kind: not "QuotaPolicy" })
        {
            findings.Warning(
                document, "apiVersion", "aigateway.envoyproxy.io/v1alpha1 is deprecated; use aigateway.envoyproxy.io/v1beta1 instead");
        }
        else if (document is { Kind: "BackendTLSPolicy", Version: "v1alpha3" })
        {
            findings.Warning(
                document,
                "apiVersion",
                "The v1alpha3 version of BackendTLSPolicy has been deprecated and will be removed in a future release of the API. Please upgrade to v1.");
        }
    }

    private static string Describe(string key)
    {
        var slash = key.LastIndexOf('/');
        return slash == 0 ? $"kind {key[1..]} of apiVersion v1" : $"kind {key[(slash + 1)..]} of group {key[..slash]}";
    }

    private static KindEntry Entry<T>(string[] versions, Func<FieldReader, T?> read, Action<T, FindingCollector>? rules = null)
        where T : Resource =>
        new(versions, NeedsSpec: true, (root, _, findings) =>
        {
            var resource = read(root);
            if (resource is not null) rules?.Invoke(resource, findings);
            return resource;
        });

    private sealed record KindEntry(string[] Versions, bool NeedsSpec, Func<FieldReader, ISecretSource, FindingCollector, object?> Read);
}
