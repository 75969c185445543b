namespace AiGateway.ServiceDefaults;

/// <summary>Whether a host can serve, and what it serves.</summary>
public sealed record ReadinessReport
{
    /// <summary>True when requests can be served now.</summary>
    public required bool Ready { get; init; }

    /// <summary>Why not, for people; null when ready.</summary>
    public string? Reason { get; init; }

    /// <summary>Revision of the configuration in use; null when none is loaded.</summary>
    public string? Revision { get; init; }

    /// <summary>When that configuration took effect.</summary>
    public DateTimeOffset? LoadedAt { get; init; }

    /// <summary>The last configuration that was refused since; null when the newest is in use.</summary>
    public RejectedReload? LastRejected { get; init; }
}

/// <summary>A configuration that was refused while the older one kept serving.</summary>
/// <param name="At">When.</param>
/// <param name="Revision">Which; null when it could not even be read.</param>
/// <param name="Reasons">Findings, without secrets.</param>
public sealed record RejectedReload(DateTimeOffset At, string? Revision, IReadOnlyList<string> Reasons);
