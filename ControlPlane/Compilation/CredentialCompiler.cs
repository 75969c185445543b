using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.V1;
using AiGateway.ControlPlane.Resources.Validation;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>BackendSecurityPolicies to credentials.</summary>
internal sealed class CredentialCompiler
{
    private readonly CompilationContext _context;
    private readonly Dictionary<string, List<BackendSecurityPolicy>> _byBackend = new(StringComparer.Ordinal);
    private readonly Dictionary<BackendSecurityPolicy, CredentialResult> _compiled = [];

    public CredentialCompiler(CompilationContext context)
    {
        _context = context;
        foreach (var policy in context.Store.All<BackendSecurityPolicy>())
        {
            Index(policy);
            _compiled[policy] = policy.Document.HasErrors ? new CredentialResult(null, $"BackendSecurityPolicy {policy.Key} has errors") : Compile(policy);
        }
    }

    /// <summary>The credential of a backend; nothing at all when no policy targets it.</summary>
    public CredentialResult For(AIServiceBackend backend)
    {
        if (!_byBackend.TryGetValue(backend.Key, out var policies)) return new CredentialResult(null, null);
        if (policies.Count == 1) return _compiled[policies[0]];
        var names = string.Join(' ', policies.Select(static policy => policy.Name));
        var message = $"multiple BackendSecurityPolicies found for AIServiceBackend {backend.Name}: [{names}]";
        _context.Refused(backend.Document, "metadata.name", "ReconciliationFailed", message, "keep one of them");
        foreach (var policy in policies)
            _context.Statuses.NotAccepted(policy.Document, "Conflicted", $"multiple BackendSecurityPolicies found for backend {backend.Name}");
        return new CredentialResult(null, message);
    }

    /// <summary>Header that brings a credential when the policy names none.</summary>
    private static string DefaultHeader(string type) => type switch
    {
        "AnthropicAPIKey" => "x-aigw-anthropic-api-key",
        "AzureAPIKey" => "x-aigw-azure-api-key",
        _ => "x-aigw-api-key",
    };

    private void Index(BackendSecurityPolicy policy)
    {
        for (var i = 0; i < policy.TargetRefs.Count; i++)
        {
            var target = policy.TargetRefs[i];
            if (!target.Is(KnownKinds.AiGroup, "AIServiceBackend")) continue;
            var key = $"{policy.Namespace}/{target.Name}";
            if (_context.Store.Find<AIServiceBackend>(policy.Namespace, target.Name) is null)
            {
                var existing = _context.Store.All<AIServiceBackend>().Where(backend => backend.Namespace == policy.Namespace).Select(static backend => backend.Name);
                _context.Findings.Warning(
                    policy.Document, $"spec.targetRefs[{i}].name", $"AIServiceBackend {target.Name}.{policy.Namespace} not found, the policy has no effect on it", CompilationContext.Available(existing));
                continue;
            }

            if (!_byBackend.TryGetValue(key, out var policies)) _byBackend[key] = policies = [];
            if (!policies.Contains(policy)) policies.Add(policy);
        }
    }

    private CredentialResult Compile(BackendSecurityPolicy policy)
    {
        if (policy.Type is not ("APIKey" or "AnthropicAPIKey" or "AzureAPIKey"))
        {
            var message = $"credential type {policy.Type} is not supported yet";
            _context.Refused(
                policy.Document, "spec.type", "ReconciliationFailed", message, "backends of this policy cannot serve; use APIKey, AnthropicAPIKey or AzureAPIKey");
            return new CredentialResult(null, $"BackendSecurityPolicy {policy.Key}: {message}");
        }

        var key = Key(policy, out var problem);
        if (problem is not null) return new CredentialResult(null, problem);
        var source = policy.Override is { FromMetadata: false } configured
            ? new CredentialOverrideSpec((configured.Header ?? DefaultHeader(policy.Type)).ToLowerInvariant(), configured.FallbackToConfigured)
            : null;
        CredentialSpec credential = policy.Type switch
        {
            "APIKey" => new CredentialSpec.ApiKey(key),
            "AnthropicAPIKey" => new CredentialSpec.AnthropicApiKey(key),
            _ => new CredentialSpec.AzureApiKey(key),
        };
        return new CredentialResult(credential with { Override = source }, null);
    }

    private SecretString? Key(BackendSecurityPolicy policy, out string? problem)
    {
        var path = $"spec.{policy.CredentialField}.secretRef.name";
        problem = null;
        if (policy.KeySecret is not { } reference || !reference.Is(string.Empty, "Secret"))
        {
            problem = $"BackendSecurityPolicy {policy.Key}: the credential is no Secret";
            _context.Unresolved(policy.Document, path, "InvalidKind", "the credential must be in a Secret");
            return null;
        }

        if (SecretLookup.Find(_context, policy.Document, reference, path) is not { } secret)
        {
            problem = $"the Secret of BackendSecurityPolicy {policy.Key} cannot be used";
            return null;
        }

        var text = secret.Text("apiKey")?.Trim();
        if (text is null)
        {
            problem = $"Secret {secret.Key} has no key apiKey";
            var keys = string.Join(", ", secret.Keys);
            _context.Unresolved(policy.Document, path, "SecretNotFound", problem, keys.Length == 0 ? "it is empty" : $"it has: {keys}");
            return null;
        }

        if (text.Any(char.IsControl))
        {
            problem = $"key apiKey of Secret {secret.Key} holds a line break or control character and cannot be sent";
            _context.Unresolved(policy.Document, path, "SecretNotFound", problem, "store the key on one line");
            return null;
        }

        if (text.Length > 0) return new SecretString(text);
        // Every request may bring its own credential; then an empty one means that there is no shared one.
        if (policy.Override is { FromMetadata: false }) return null;
        // Not an error: examples name more providers than most people have keys for. The backend says so when it is asked.
        problem = $"key apiKey of Secret {secret.Key} is empty";
        _context.Findings.Warning(
            policy.Document, path, $"{problem}, backends of this policy cannot serve", "set the environment variable or put the key into the Secret");
        _context.Statuses.NotResolved(policy.Document, "SecretNotFound", problem);
        return null;
    }
}

/// <summary>A credential (null: none is needed), or why it cannot be had.</summary>
internal sealed record CredentialResult(CredentialSpec? Spec, string? Problem);
