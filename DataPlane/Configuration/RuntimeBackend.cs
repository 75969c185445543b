using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Credentials;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Providers;

namespace AiGateway.DataPlane.Configuration;

/// <summary>A backend compiled for the request path.</summary>
[DebuggerDisplay("{Name}")]
public sealed class RuntimeBackend
{
    private readonly string?[] _paths = new string?[Enum.GetValues<EndpointKind>().Length];

    /// <param name="spec">What the planes agreed on.</param>
    /// <param name="pool">Where it connects to; null when the backend is unusable.</param>
    public RuntimeBackend(BackendSpec spec, PoolSpec? pool)
    {
        Spec = spec;
        Pool = pool;
        ProviderName = ProviderCatalog.MetricName(spec.Schema);
        Credential = spec.Credential is null ? null : RuntimeCredential.From(spec.Credential);
        UpstreamHost = pool?.Endpoints is [{ Host: { } host }, ..] ? pool.Tls?.ServerName ?? host : null;
        foreach (var endpoint in EndpointCatalog.All)
        {
            if (ProviderCatalog.Supports(spec.Schema, endpoint.Kind)) _paths[(int)endpoint.Kind] = ProviderCatalog.FixedPath(spec, endpoint);
        }
    }

    /// <summary>Full name, see <see cref="BackendSpec.Name"/>.</summary>
    public string Name => Spec.Name;

    /// <summary>The agreed configuration.</summary>
    public BackendSpec Spec { get; }

    /// <summary>Network target.</summary>
    public PoolSpec? Pool { get; }

    /// <summary><c>gen_ai.provider.name</c> on metrics.</summary>
    public string ProviderName { get; }

    /// <summary>Credential scheme, or null.</summary>
    public RuntimeCredential? Credential { get; }

    /// <summary>Host of the first endpoint, or the TLS server name; null for sockets.</summary>
    public string? UpstreamHost { get; }

    /// <summary>Whether traffic may be sent there at all.</summary>
    public bool Usable => Spec.Unusable is null && Pool is { Endpoints.Count: > 0 };

    /// <summary>Model to send for a client's model.</summary>
    public string UpstreamModel(string requested) => string.IsNullOrEmpty(Spec.ModelNameOverride) ? requested : Spec.ModelNameOverride;

    /// <summary>Path and query for an operation.</summary>
    public string PathAndQuery(EndpointDescriptor endpoint, string upstreamModel) =>
        _paths[(int)endpoint.Kind] ?? ProviderCatalog.ModelPath(Spec, endpoint, upstreamModel);
}
