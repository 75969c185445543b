using AiGateway.Contracts.Snapshots;

namespace AiGateway.DataPlane.Credentials;

/// <summary>A credential that is one request header.</summary>
public sealed class RuntimeCredential
{
    private readonly string? _value;
    private readonly string _scheme;
    private readonly CredentialOverrideSpec? _override;

    private RuntimeCredential(string header, string scheme, string? key, CredentialOverrideSpec? overrideSpec)
    {
        Header = header;
        _scheme = scheme;
        _value = key is null ? null : scheme + key;
        _override = overrideSpec;
    }

    /// <summary>Header that carries it.</summary>
    public string Header { get; }

    /// <summary>Request header that may bring another credential; null when none may. It never leaves for the provider.</summary>
    public string? OverrideHeader => _override?.Header;

    /// <summary>Compiles a spec.</summary>
    public static RuntimeCredential From(CredentialSpec spec) => spec switch
    {
        CredentialSpec.ApiKey key => new("authorization", "Bearer ", key.Key?.Reveal(), spec.Override),
        CredentialSpec.AnthropicApiKey key => new("x-api-key", "", key.Key?.Reveal(), spec.Override),
        CredentialSpec.AzureApiKey key => new("api-key", "", key.Key?.Reveal(), spec.Override),
        _ => throw new ArgumentException($"{spec.GetType().Name} has no header form.", nameof(spec)),
    };

    /// <summary>The header value for a request, or null when it must bring its own credential and does not.</summary>
    /// <param name="fromRequest">Value of <see cref="OverrideHeader"/> on the request.</param>
    public string? Resolve(string? fromRequest)
    {
        if (_override is null) return _value;
        if (!string.IsNullOrWhiteSpace(fromRequest)) return _scheme + fromRequest.Trim();
        return _override.FallbackToConfigured ? _value : null;
    }

    /// <summary>Never the value.</summary>
    public override string ToString() => $"{Header}: ***";
}
