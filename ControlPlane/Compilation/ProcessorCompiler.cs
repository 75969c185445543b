using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>EnvoyExtensionPolicies to external processors, and which of them see the exchanges of a route.</summary>
internal sealed class ProcessorCompiler
{
    private readonly CompilationContext _context;
    private readonly PoolCompiler _pools;
    private readonly PolicyIndex<EnvoyExtensionPolicy> _policies;
    private readonly Dictionary<EnvoyExtensionPolicy, IReadOnlyList<Compiled>> _compiled = [];
    private readonly List<ProcessorSpec> _used = [];

    public ProcessorCompiler(CompilationContext context, PoolCompiler pools)
    {
        _context = context;
        _pools = pools;
        _policies = new PolicyIndex<EnvoyExtensionPolicy>(context);
        // All of them, used or not: a mistake in one that no route meets yet is found before it is needed.
        foreach (var policy in context.Store.All<EnvoyExtensionPolicy>().Where(static policy => !policy.Document.HasErrors))
        {
            WarnOfTargets(policy);
            _compiled[policy] = [.. policy.Processors.Select((processor, index) => Compile(policy, processor, index))];
        }
    }

    /// <summary>Those that some route names.</summary>
    public IReadOnlyList<ProcessorSpec> Used => _used;

    /// <summary>Names of the processors of a route, in order: those of its own policy, else those of the listener's or the Gateway's.</summary>
    public IReadOnlyList<string> For(string route, Attached attached)
    {
        var policy = _policies.For("HTTPRoute", route, null)
            ?? attached.Sections.Select(section => _policies.For("Gateway", section.Gateway, section.Section)).FirstOrDefault(static found => found is not null);
        if (policy is null || attached.Listeners.Count == 0) return [];
        foreach (var (processor, pool) in _compiled[policy])
        {
            if (_used.Contains(processor)) continue;
            _used.Add(processor);
            _pools.Add(pool);
        }

        return [.. _compiled[policy].Select(static compiled => compiled.Processor.Name)];
    }

    private Compiled Compile(EnvoyExtensionPolicy policy, ExtensionProcessor processor, int index)
    {
        var name = $"{policy.Key}/extproc/{index}";
        var spec = new ProcessorSpec
        {
            Name = name,
            Pool = name,
            MessageTimeout = processor.MessageTimeout,
            FailOpen = processor.FailOpen,
            AllowModeOverride = processor.AllowModeOverride,
            Request = processor.Request,
            Response = processor.Response,
            ReadableNamespaces = processor.AccessibleNamespaces,
            WritableNamespaces = processor.WritableNamespaces,
        };
        return new Compiled(spec, Pool(policy, processor, name));
    }

    /// <summary>
    /// One pool of all services of an entry, over HTTP/2 whatever else is asked of the same Backends. Without any usable service it is empty, so that a
    /// processor that must see an exchange fails it.
    /// </summary>
    private PoolSpec Pool(EnvoyExtensionPolicy policy, ExtensionProcessor processor, string name)
    {
        PoolSpec? first = null;
        var endpoints = new List<EndpointSpec>();
        foreach (var (target, path) in processor.Services)
        {
            if (_pools.Find(policy.Document, target, path).Spec is not { } pool) continue;
            first ??= pool;
            if (!SameTls(first.Tls, pool.Tls))
                _context.Unresolved(policy.Document, path, "InvalidBackendRef", "the services of one entry need the same TLS settings", "make them entries of their own, or give them one BackendTLSPolicy");
            else
                endpoints.AddRange(pool.Endpoints);
        }

        return new PoolSpec { Name = name, Endpoints = endpoints, Tls = first?.Tls, Http2 = true, ConnectTimeout = first?.ConnectTimeout ?? TimeSpan.FromSeconds(10) };
    }

    private void WarnOfTargets(EnvoyExtensionPolicy policy)
    {
        if (policy.Processors.Count == 0) return;
        var isSingle = policy.Document.Root.Value("spec") is Resources.Documents.MappingNode spec && spec.Value("targetRef") is not null;
        for (var i = 0; i < policy.Targets.Count; i++)
        {
            var target = policy.Targets[i];
            var path = isSingle ? "spec.targetRef" : $"spec.targetRefs[{i}]";
            if (target.Kind == "HTTPRoute")
            {
                var isPlain = _context.Store.Find<AIGatewayRoute>(policy.Namespace, target.Name) is null && _context.Store.Find<HttpRoute>(policy.Namespace, target.Name) is not null;
                if (isPlain) _context.Findings.Warning(policy.Document, $"{path}.name", "only AI routes are processed, plain HTTPRoutes pass without their processors", "name an AIGatewayRoute");
                else if (target.SectionName is not null)
                    _context.Findings.Warning(policy.Document, $"{path}.sectionName", "processors belong to whole routes, a target that names one rule has no effect", "remove sectionName");
            }
            else if (target.Kind != "Gateway")
            {
                _context.Findings.Warning(policy.Document, $"{path}.kind", "only AI routes are processed, the policy has no effect on this kind");
            }
            else if (_context.Store.All<HttpRoute>().Any(route => route.ParentRefs.Any(parent => parent.Name == target.Name && (parent.Namespace ?? route.Namespace) == policy.Namespace)))
            {
                _context.Findings.Warning(policy.Document, $"{path}.name", "only AI routes are processed, plain HTTPRoutes of the Gateway pass without its processors");
            }
        }
    }

    private static bool SameTls(UpstreamTlsSpec? one, UpstreamTlsSpec? other) => (one is null && other is null)
        || (one is not null && other is not null && one.ServerName == other.ServerName && one.InsecureSkipVerify == other.InsecureSkipVerify
            && one.CaPem.SequenceEqual(other.CaPem) && one.SubjectAltNames.SequenceEqual(other.SubjectAltNames));

    private sealed record Compiled(ProcessorSpec Processor, PoolSpec Pool);
}
