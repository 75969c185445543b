namespace AiGateway.ControlPlane.Manifests;

/// <summary>How changes of manifests are noticed.</summary>
public sealed record ManifestWatcherOptions
{
    /// <summary>How long the content must stay the same before a change is reported; editors and volume updates write in several steps.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How often the content is compared without being told. It catches what file events cannot: network file systems, targets of symbolic links,
    /// files that Secret annotations name.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>False relies on polling alone.</summary>
    public bool UseFileEvents { get; init; } = true;
}
