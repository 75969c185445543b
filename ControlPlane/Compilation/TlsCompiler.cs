using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>TLS towards a target: from a BackendTLSPolicy, from the Backend itself, or from both.</summary>
internal sealed class TlsCompiler
{
    private readonly CompilationContext _context;
    private readonly Dictionary<(string Kind, string Key, string? Section), BackendTlsPolicy> _policies = [];

    public TlsCompiler(CompilationContext context)
    {
        _context = context;
        foreach (var policy in context.Store.All<BackendTlsPolicy>()) Index(policy);
    }

    public TlsResult For(EnvoyBackend backend)
    {
        var policy = _policies.GetValueOrDefault(("Backend", backend.Key, null));
        if (policy is { Document.HasErrors: true }) return new TlsResult(null, $"BackendTLSPolicy {policy.Key} has errors");
        if (backend.Tls is not { } tls) return policy is null ? new TlsResult(null, null) : FromPolicy(policy);
        var authorities = Authorities(backend.Document, "spec.tls.caCertificateRefs", tls.CaCertificateRefs);
        if (authorities.Problem is not null) return new TlsResult(null, authorities.Problem);
        var fromPolicy = policy is null ? new TlsResult(null, null) : FromPolicy(policy);
        if (fromPolicy.Problem is not null) return fromPolicy;
        return new TlsResult(
            new UpstreamTlsSpec
            {
                ServerName = tls.Sni ?? fromPolicy.Spec?.ServerName,
                CaPem = authorities.Pem.Count > 0 ? authorities.Pem : fromPolicy.Spec?.CaPem ?? [],
                SubjectAltNames = fromPolicy.Spec?.SubjectAltNames ?? [],
                InsecureSkipVerify = tls.InsecureSkipVerify,
            },
            null);
    }

    public TlsResult For(Service service, string? portName)
    {
        var policy = (portName is not null ? _policies.GetValueOrDefault(("Service", service.Key, portName)) : null)
            ?? _policies.GetValueOrDefault(("Service", service.Key, null));
        if (policy is null) return new TlsResult(null, null);
        return policy.Document.HasErrors ? new TlsResult(null, $"BackendTLSPolicy {policy.Key} has errors") : FromPolicy(policy);
    }

    private TlsResult FromPolicy(BackendTlsPolicy policy)
    {
        var authorities = Authorities(policy.Document, "spec.validation.caCertificateRefs", policy.CaCertificateRefs);
        return authorities.Problem is not null
            ? new TlsResult(null, authorities.Problem)
            : new TlsResult(new UpstreamTlsSpec { ServerName = policy.Hostname, CaPem = authorities.Pem, SubjectAltNames = policy.SubjectAltNames }, null);
    }

    private (IReadOnlyList<string> Pem, string? Problem) Authorities(ResourceDocument document, string path, IReadOnlyList<ObjectReference> references)
    {
        var pem = new List<string>();
        for (var i = 0; i < references.Count; i++)
        {
            var reference = references[i];
            var at = $"{path}[{i}].name";
            var text = reference.Is(string.Empty, "ConfigMap") ? _context.Store.Find<ConfigMap>(document.Namespace!, reference.Name)?.Data.GetValueOrDefault("ca.crt")
                : reference.Is(string.Empty, "Secret") ? _context.Store.Find<Secret>(document.Namespace!, reference.Name)?.Text("ca.crt")
                : null;
            var problem = text is null ? $"{reference.Kind} {document.Namespace}/{reference.Name} with key ca.crt not found"
                : CertificateCheck.AuthorityProblem(text) is { } invalid ? $"{reference.Kind} {document.Namespace}/{reference.Name}, key ca.crt: {invalid}"
                : null;
            if (problem is not null)
            {
                _context.Unresolved(
                    document, at, "InvalidCACertificateRef", problem, "name a ConfigMap or Secret that holds PEM certificates under ca.crt");
                return ([], problem);
            }

            pem.Add(text!);
        }

        return (pem, null);
    }

    private void Index(BackendTlsPolicy policy)
    {
        for (var i = 0; i < policy.TargetRefs.Count; i++)
        {
            var target = policy.TargetRefs[i];
            var path = $"spec.targetRefs[{i}].name";
            var isBackend = target.Is(KnownKinds.EnvoyGroup, "Backend");
            if (!isBackend && !target.Is(string.Empty, "Service"))
            {
                _context.Findings.Warning(
                    policy.Document, $"spec.targetRefs[{i}].kind", "only Backends and Services can be targeted, this target is ignored");
                continue;
            }

            var key = $"{policy.Namespace}/{target.Name}";
            var exists = isBackend
                ? _context.Store.Find<EnvoyBackend>(policy.Namespace, target.Name) is not null
                : _context.Store.Find<Service>(policy.Namespace, target.Name) is not null;
            if (!exists) _context.Findings.Warning(policy.Document, path, $"{target.Kind} {key} does not exist, the policy has no effect on it");
            if (_policies.TryAdd((target.Kind, key, isBackend ? null : target.SectionName), policy)) continue;
            _context.Findings.Warning(
                policy.Document, path, $"{target.Kind} {key} already has another BackendTLSPolicy, this one has no effect on it", "keep one of them");
            _context.Statuses.NotAccepted(policy.Document, "Conflicted", $"another BackendTLSPolicy already applies to {target.Kind} {key}");
        }
    }
}

/// <summary>TLS settings (null: plain text), or why they cannot be had.</summary>
internal sealed record TlsResult(UpstreamTlsSpec? Spec, string? Problem);
