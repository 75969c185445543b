using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.V1;
using AiGateway.ControlPlane.Resources.Validation;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Gateways to listeners.</summary>
internal sealed class ListenerCompiler(CompilationContext context)
{
    private const string SynthesizedSection = "http";

    private readonly PolicyIndex<ClientTrafficPolicy> _policies = new(context);
    private readonly List<ListenerSpec> _served = [];

    public IReadOnlyDictionary<string, GatewayListeners> Compile()
    {
        var gateways = context.Store.All<Gateway>().ToList();
        var result = new Dictionary<string, GatewayListeners>(StringComparer.Ordinal);
        foreach (var gateway in gateways)
        {
            if (gateway.Document.HasErrors || IsForAnotherController(gateway)) continue;
            result[gateway.Key] = new GatewayListeners(gateway.Key, Listeners(gateway));
        }

        if (gateways.Count == 0) Synthesize(result);
        return result;
    }

    private List<AttachableListener> Listeners(Gateway gateway)
    {
        var result = new List<AttachableListener>();
        for (var i = 0; i < gateway.Listeners.Count; i++)
        {
            var listener = gateway.Listeners[i];
            if (listener.Protocol is not ("HTTP" or "HTTPS")) continue;
            var path = $"spec.listeners[{i}]";
            var certificates = listener.Protocol == "HTTPS" ? Certificates(gateway, listener, path) : [];
            if (listener.Protocol == "HTTPS" && certificates.Count == 0) continue;
            var policy = _policies.For("Gateway", gateway.Key, listener.Name);
            var spec = new ListenerSpec
            {
                Name = $"{gateway.Key}/{listener.Name}",
                Port = listener.Port,
                Tls = listener.Protocol == "HTTPS",
                Hostname = listener.Hostname?.ToLowerInvariant(),
                Addresses = gateway.Addresses,
                Certificates = certificates,
                MaxRequestBodyBytes = policy?.BufferLimit,
                RequestReceivedTimeout = Timeouts.OrNone(policy?.RequestReceivedTimeout),
                IdleTimeout = Timeouts.OrNone(policy?.IdleTimeout),
                StreamIdleTimeout = Timeouts.OrNone(policy?.StreamIdleTimeout),
            };
            if (Conflict(spec) is { } conflict)
            {
                context.Refused(
                    gateway.Document, $"{path}.port", "ListenersNotValid", $"listener {listener.Name} conflicts with listener {conflict}", "use another port or hostname");
                continue;
            }

            _served.Add(spec);
            result.Add(new AttachableListener(listener.Name, spec, listener.Namespaces, listener.AllowedKinds));
        }

        return result;
    }

    /// <summary>Virtual hosts may share a port; two different protocols, or the same host twice, cannot.</summary>
    private string? Conflict(ListenerSpec listener) =>
        _served.Find(other => other.Port == listener.Port
            && (other.Addresses.Count == 0 || listener.Addresses.Count == 0 || other.Addresses.Intersect(listener.Addresses).Any())
            && (other.Tls != listener.Tls || other.Hostname == listener.Hostname))?.Name;

    private List<CertificateSpec> Certificates(Gateway gateway, Listener listener, string path)
    {
        var result = new List<CertificateSpec>();
        var references = listener.Tls?.CertificateRefs ?? [];
        if (references.Count == 0)
            context.Refused(
                gateway.Document, $"{path}.tls", "ListenersNotValid", $"listener {listener.Name} names no certificate and is not served", "name a Secret in certificateRefs");
        for (var i = 0; i < references.Count; i++)
        {
            var at = $"{path}.tls.certificateRefs[{i}].name";
            var reference = references[i];
            if (!reference.Is(string.Empty, "Secret"))
            {
                context.Unresolved(gateway.Document, at, "InvalidKind", $"certificates come from Secrets, not from {reference.Kind}");
                continue;
            }

            if (SecretLookup.Find(context, gateway.Document, reference, at) is not { } secret) continue;
            if (secret.Text("tls.crt") is not { } chain || secret.Text("tls.key") is not { } key)
                context.Unresolved(
                    gateway.Document, at, "InvalidCertificateRef", $"Secret {secret.Key} needs the keys tls.crt and tls.key", $"it has: {string.Join(", ", secret.Keys)}");
            else if (CertificateCheck.Problem(chain, key) is { } problem)
                context.Unresolved(
                    gateway.Document, at, "InvalidCertificateRef", $"Secret {secret.Key}: {problem}", "put a PEM chain in tls.crt and its key in tls.key");
            else
                result.Add(new CertificateSpec(chain, new SecretString(key)));
        }

        return result;
    }

    private bool IsForAnotherController(Gateway gateway) =>
        context.Store.Find<GatewayClass>(string.Empty, gateway.ClassName) is
        { ControllerName: not (GatewayClassRules.PeerController or GatewayClassRules.OwnController) };

    /// <summary>
    /// Guides often apply the Gateway from another file. When the configuration has none at all, one listener serves every Gateway that routes name.
    /// </summary>
    private void Synthesize(Dictionary<string, GatewayListeners> result)
    {
        var parents = context.Store.All<AIGatewayRoute>().SelectMany(static route => route.ParentRefs.Select(parent => (route.Document, Parent: parent)))
            .Concat(context.Store.All<HttpRoute>().SelectMany(static route => route.ParentRefs.Select(parent => (route.Document, Parent: parent))))
            .Where(static pair => pair.Parent.Kind == "Gateway" && pair.Parent.Name.Length > 0)
            .ToList();
        if (parents.Count == 0) return;
        var names = parents.Select(static pair => $"{pair.Parent.Namespace ?? pair.Document.Namespace}/{pair.Parent.Name}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        var policy = names.Select(name => _policies.For("Gateway", name, SynthesizedSection)).FirstOrDefault(static policy => policy is not null);
        var spec = new ListenerSpec
        {
            Name = $"{names[0]}/{SynthesizedSection}",
            Port = context.Options.DefaultPort,
            MaxRequestBodyBytes = policy?.BufferLimit,
            RequestReceivedTimeout = Timeouts.OrNone(policy?.RequestReceivedTimeout),
            IdleTimeout = Timeouts.OrNone(policy?.IdleTimeout),
            StreamIdleTimeout = Timeouts.OrNone(policy?.StreamIdleTimeout),
        };
        var listener = new AttachableListener(SynthesizedSection, spec, new AllowedNamespaces("All", null), []);
        foreach (var name in names) result[name] = new GatewayListeners(name, [listener]);
        context.Findings.Warning(
            parents[0].Document,
            "spec.parentRefs[0].name",
            $"the configuration holds no Gateway; one HTTP listener on port {spec.Port} stands in for {string.Join(", ", names)}",
            "add a Gateway to choose port, host names and TLS");
    }
}
