using AiGateway.ControlPlane.FilterConfig;
using AiGateway.DataPlane.Endpoints;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ServiceDefaults;

namespace AiGateway.Cli.Hosting;

/// <summary>What <c>aigw extproc</c> was told.</summary>
internal sealed record ExtProcSettings
{
    /// <summary>Manifests, unless there is a <see cref="FilterConfig"/>.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The document of another control plane; null for manifests.</summary>
    public FilterConfigOptions? FilterConfig { get; init; }

    public required string Listen { get; init; }

    public required int AdminPort { get; init; }

    public required int MaxMessageBytes { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public required ServiceLogOptions Log { get; init; }

    public required EndpointPrefixes Prefixes { get; init; }

    /// <summary>Which streams are recorded; null records none.</summary>
    public RecorderOptions? Record { get; init; }

    /// <summary>Environment, with what flags say instead.</summary>
    public required Func<string, string?> Variable { get; init; }
}
