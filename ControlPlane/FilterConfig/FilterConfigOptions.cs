using AiGateway.ControlPlane.Manifests;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>Where the filter configuration of another control plane lies.</summary>
public sealed record FilterConfigOptions
{
    /// <summary>The document, or the folder of a bundle.</summary>
    public required string Path { get; init; }

    /// <summary>True: <see cref="Path"/> is a folder with <c>index.yaml</c> and the parts that it names.</summary>
    public bool IsBundle { get; init; }

    /// <summary>How changes are noticed.</summary>
    public ManifestWatcherOptions Watching { get; init; } = new();

    /// <summary>Clock of polling and debouncing.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
