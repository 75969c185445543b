using AiGateway.ControlPlane.Manifests;

namespace AiGateway.ControlPlane;

/// <summary>Where a configuration comes from.</summary>
public sealed record ConfigurationSessionOptions
{
    /// <summary>Files, folders, or <see cref="ManifestLoader.StandardInput"/>, loaded in this order.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Gives the value of an environment variable, or null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Read for <see cref="ManifestLoader.StandardInput"/>.</summary>
    public TextReader? StandardInput { get; init; }

    /// <summary>Port of the listener that is made up when there is no Gateway.</summary>
    public int DefaultPort { get; init; } = 1975;

    /// <summary>How changes are noticed.</summary>
    public ManifestWatcherOptions Watching { get; init; } = new();

    /// <summary>Clock of load times, polling and debouncing.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
