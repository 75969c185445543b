using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Backends and Services to pools. A pool is compiled when something refers to it, and is part of the snapshot when requests may go there.</summary>
internal sealed class PoolCompiler(CompilationContext context)
{
    private readonly TlsCompiler _tls = new(context);
    private readonly Dictionary<string, PoolResult> _pools = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<PoolSpec> _made = [];

    public IReadOnlyList<PoolSpec> Pools =>
        [.. _pools.Values.Select(static pool => pool.Spec).OfType<PoolSpec>().Where(pool => _used.Contains(pool.Name)).Concat(_made).OrderBy(static pool => pool.Name, StringComparer.Ordinal)];

    /// <summary>The pool a reference leads to, or why there is none; what is wrong with the reference is reported where it is written.</summary>
    public PoolResult Resolve(ResourceDocument from, ObjectReference reference, string path)
    {
        var result = Find(from, reference, path);
        if (result.Spec is { } pool) _used.Add(pool.Name);
        return result;
    }

    /// <summary>Adds a pool that was made from others.</summary>
    public void Add(PoolSpec pool) => _made.Add(pool);

    /// <summary>As <see cref="Resolve"/>, for who makes a pool of its own from it.</summary>
    public PoolResult Find(ResourceDocument from, ObjectReference reference, string path)
    {
        var @namespace = reference.Namespace ?? from.Namespace!;
        var result = reference.Is(KnownKinds.EnvoyGroup, "Backend") ? ResolveBackend(from, reference, @namespace, path)
            : reference.Is(string.Empty, "Service") ? ResolveService(from, reference, @namespace, path)
            : new PoolResult(null, $"{reference.Kind} cannot be connected to");
        if (reference.Kind is not ("Backend" or "Service") && reference.Kind.Length > 0)
            context.Unresolved(from, path, "InvalidKind", result.Problem!, "use kind Backend of group gateway.envoyproxy.io, or kind Service");
        return result;
    }

    /// <summary>Takes the connect timeout of a traffic policy. A pool is shared by all routes to it, so the first policy decides.</summary>
    public void SetConnectTimeout(string pool, TimeSpan timeout, BackendTrafficPolicy policy)
    {
        if (timeout <= TimeSpan.Zero || _pools.GetValueOrDefault(pool) is not { Spec: { } spec } entry) return;
        if (entry.ConnectTimeoutFrom is { } other)
        {
            if (spec.ConnectTimeout != timeout && other != policy)
                context.Findings.Warning(
                    policy.Document, "spec.timeout.tcp.connectTimeout", $"BackendTrafficPolicy {other.Key} already set it for {pool}, which both routes use");
            return;
        }

        _pools[pool] = entry with { Spec = spec with { ConnectTimeout = timeout }, ConnectTimeoutFrom = policy };
    }

    private PoolResult ResolveBackend(ResourceDocument from, ObjectReference reference, string @namespace, string path)
    {
        if (context.Grants.Refusal(from, KnownKinds.EnvoyGroup, "Backend", @namespace, reference.Name) is { } refusal)
        {
            context.Unresolved(from, path, "RefNotPermitted", refusal);
            return new PoolResult(null, refusal);
        }

        if (context.Store.Find<EnvoyBackend>(@namespace, reference.Name) is { } backend) return Once(backend.Key, () => Compile(backend));
        var message = $"Backend {@namespace}/{reference.Name} not found";
        var existing = context.Store.All<EnvoyBackend>().Where(other => other.Namespace == @namespace).Select(static other => other.Name);
        context.Unresolved(from, path, "BackendNotFound", message, CompilationContext.Available(existing));
        return new PoolResult(null, message);
    }

    private PoolResult ResolveService(ResourceDocument from, ObjectReference reference, string @namespace, string path)
    {
        if (context.Grants.Refusal(from, string.Empty, "Service", @namespace, reference.Name) is { } refusal)
        {
            context.Unresolved(from, path, "RefNotPermitted", refusal);
            return new PoolResult(null, refusal);
        }

        var port = reference.Port ?? 0;
        var service = context.Store.Find<Service>(@namespace, reference.Name);
        var known = service?.Ports.FirstOrDefault(candidate => candidate.Port == port);
        var message = service is null ? $"Service {@namespace}/{reference.Name} not found"
            : known is null && service.Ports.Count > 0 ? $"Service {service.Key} has no port {port}"
            : null;
        if (message is null) return Once($"{service!.Key}:{port}", () => Compile(service, known, port));
        var available = service is null
            ? context.Store.All<Service>().Where(other => other.Namespace == @namespace).Select(static other => other.Name)
            : service.Ports.Select(static candidate => candidate.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Unresolved(from, path, "BackendNotFound", message, CompilationContext.Available(available));
        return new PoolResult(null, message);
    }

    private PoolResult Once(string name, Func<PoolResult> compile)
    {
        if (!_pools.TryGetValue(name, out var result)) _pools[name] = result = compile();
        return result;
    }

    private PoolResult Compile(EnvoyBackend backend)
    {
        if (backend.Document.HasErrors) return new PoolResult(null, $"Backend {backend.Key} has errors");
        if (backend.IsDynamicResolver || backend.Endpoints.Count == 0)
        {
            var reason = backend.IsDynamicResolver ? "type DynamicResolver is not supported yet" : "it has no endpoints";
            context.Refused(backend.Document, backend.IsDynamicResolver ? "spec.type" : "spec", "Invalid", reason, "name endpoints");
            return new PoolResult(null, $"Backend {backend.Key}: {reason}");
        }

        var tls = _tls.For(backend);
        if (tls.Problem is not null) return new PoolResult(null, tls.Problem);
        if (tls.Spec is null) WarnOfPlainText(backend);
        return new PoolResult(
            new PoolSpec
            {
                Name = backend.Key,
                Endpoints = [.. backend.Endpoints.Select(static endpoint => new EndpointSpec
                {
                    Host = endpoint.Host, Port = endpoint.Port, UnixPath = endpoint.UnixPath, HostHeader = endpoint.HostHeader,
                })],
                Tls = tls.Spec,
                Http2 = backend.AppProtocols.Contains("gateway.envoyproxy.io/h2c"),
            },
            null);
    }

    private PoolResult Compile(Service service, ServicePort? port, int number)
    {
        var tls = _tls.For(service, port?.Name);
        if (tls.Problem is not null) return new PoolResult(null, tls.Problem);
        return new PoolResult(
            new PoolSpec
            {
                Name = $"{service.Key}:{number}",
                Endpoints = [new EndpointSpec { Host = service.ExternalName ?? $"{service.Name}.{service.Namespace}.svc.cluster.local", Port = number }],
                Tls = tls.Spec,
                Http2 = port?.AppProtocol == "kubernetes.io/h2c",
            },
            null);
    }

    private void WarnOfPlainText(EnvoyBackend backend)
    {
        for (var i = 0; i < backend.Endpoints.Count; i++)
        {
            if (backend.Endpoints[i].Port != 443) continue;
            var form = System.Net.IPAddress.TryParse(backend.Endpoints[i].Host, out _) ? "ip" : "fqdn";
            context.Findings.Warning(
                backend.Document,
                $"spec.endpoints[{i}].{form}.port",
                "the Backend uses port 443 and no TLS, requests and credentials travel in plain text",
                "add a BackendTLSPolicy that targets this Backend, or set spec.tls");
        }
    }
}

/// <summary>A pool, or why there is none.</summary>
internal sealed record PoolResult(PoolSpec? Spec, string? Problem)
{
    /// <summary>The policy that decided the connect timeout.</summary>
    public BackendTrafficPolicy? ConnectTimeoutFrom { get; init; }
}
