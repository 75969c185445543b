using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>AIServiceBackends, and the references of routes to them, to backends.</summary>
internal sealed class BackendCompiler
{
    private readonly CompilationContext _context;
    private readonly PoolCompiler _pools;
    private readonly CredentialCompiler _credentials;
    private readonly Dictionary<string, ServiceBackend> _backends = new(StringComparer.Ordinal);

    public BackendCompiler(CompilationContext context, PoolCompiler pools)
    {
        _context = context;
        _pools = pools;
        _credentials = new CredentialCompiler(context);
        // All of them, used or not: a mistake in one that no route names yet is found before it is needed.
        foreach (var backend in context.Store.All<AIServiceBackend>()) _backends[backend.Key] = Compile(backend);
    }

    /// <summary>The backend of one reference. Always a backend: what cannot serve says so when traffic reaches it, the rest of the route works.</summary>
    public BackendSpec For(AIGatewayRoute route, int rule, int index)
    {
        var reference = route.Rules[rule].BackendRefs[index];
        var @namespace = reference.Namespace ?? route.Namespace;
        var path = $"spec.rules[{rule}].backendRefs[{index}].name";
        var name = $"{route.Namespace}/{reference.Name}/route/{route.Name}/rule/{rule}/ref/{index}";
        var key = $"{@namespace}/{reference.Name}";
        if (reference.IsInferencePool)
        {
            const string Reason = "inference pools are not supported yet";
            _context.Unresolved(route.Document, path, "InvalidKind", Reason, "name an AIServiceBackend");
            return Unusable(name, key, reference, Reason);
        }

        if (_context.Grants.Refusal(route.Document, KnownKinds.AiGroup, "AIServiceBackend", @namespace, reference.Name) is { } refusal)
        {
            _context.Unresolved(route.Document, path, "RefNotPermitted", refusal);
            return Unusable(name, key, reference, refusal);
        }

        if (!_backends.TryGetValue(key, out var target))
        {
            var message = $"AIServiceBackend {reference.Name}.{@namespace} not found";
            var existing = _context.Store.All<AIServiceBackend>().Where(backend => backend.Namespace == @namespace).Select(static backend => backend.Name);
            _context.Unresolved(route.Document, path, "BackendNotFound", message, CompilationContext.Available(existing));
            return Unusable(name, key, reference, message);
        }

        return new BackendSpec
        {
            Name = name,
            ServiceBackend = key,
            Schema = target.Resource.Schema.Name,
            Version = SchemaSupport.Version(target.Resource.Schema),
            Prefix = SchemaSupport.Prefix(target.Resource.Schema),
            ModelNameOverride = NotEmpty(reference.ModelNameOverride),
            Pool = target.Pool ?? string.Empty,
            Credential = target.Credential,
            HeaderMutation = MutationMerge.Headers(reference.HeaderMutation, target.Resource.HeaderMutation, target.Credential?.Override?.Header),
            BodyMutation = MutationMerge.Body(reference.BodyMutation, target.Resource.BodyMutation),
            Unusable = target.Problem,
        };
    }

    private ServiceBackend Compile(AIServiceBackend backend)
    {
        if (backend.Document.HasErrors) return new ServiceBackend(backend, null, null, $"AIServiceBackend {backend.Key} has errors");
        var pool = _pools.Resolve(backend.Document, backend.BackendRef, "spec.backendRef.name");
        var credential = _credentials.For(backend);
        var unsupported = Unsupported(backend);
        if (backend.Schema is { Name: ProviderSchema.AzureOpenAI, Version: null or "" })
            _context.Findings.Warning(
                backend.Document, "spec.schema", "AzureOpenAI without version sends no api-version", "set version, e.g. 2025-01-01-preview");
        return new ServiceBackend(backend, pool.Spec?.Name, credential.Spec, unsupported ?? pool.Problem ?? credential.Problem);
    }

    /// <summary>Schemas without an endpoint yet are refused at load; one that serves some endpoints answers for the others when it is asked.</summary>
    private string? Unsupported(AIServiceBackend backend)
    {
        var name = SchemaSupport.Missing(backend.Schema.Name);
        if (name is null) return null;
        var reason = $"schema {name} is not supported yet";
        _context.Refused(
            backend.Document, "spec.schema.name", "ReconciliationFailed", reason, "this backend cannot serve; use OpenAI, Anthropic, AzureOpenAI or Cohere");
        return $"AIServiceBackend {backend.Key}: {reason}";
    }

    private static BackendSpec Unusable(string name, string serviceBackend, AIGatewayRouteBackendRef reference, string reason) => new()
    {
        Name = name,
        ServiceBackend = serviceBackend,
        Schema = ProviderSchema.OpenAI,
        ModelNameOverride = NotEmpty(reference.ModelNameOverride),
        Pool = string.Empty,
        Unusable = reason,
    };

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private sealed record ServiceBackend(AIServiceBackend Resource, string? Pool, CredentialSpec? Credential, string? Problem);
}
