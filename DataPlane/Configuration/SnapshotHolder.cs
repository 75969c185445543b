namespace AiGateway.DataPlane.Configuration;

/// <summary>The one place that knows the current snapshot, and what became of the last attempt to replace it.</summary>
public sealed class SnapshotHolder(RuntimeSnapshot initial, TimeProvider time)
{
    private volatile RuntimeSnapshot _current = initial;
    private volatile RejectedReload? _rejected;

    /// <summary>Snapshot for new exchanges.</summary>
    public RuntimeSnapshot Current => _current;

    /// <summary>When <see cref="Current"/> came into force.</summary>
    public DateTimeOffset AppliedAt { get; private set; } = time.GetUtcNow();

    /// <summary>The last reload when it was refused; null when the last one was applied.</summary>
    public RejectedReload? Rejected => _rejected;

    /// <summary>Puts a snapshot into force. Running exchanges keep theirs.</summary>
    public void Apply(RuntimeSnapshot snapshot)
    {
        _current = snapshot;
        AppliedAt = time.GetUtcNow();
        _rejected = null;
    }

    /// <summary>Remembers that a reload was refused; the current snapshot stays.</summary>
    public void Reject(string reason) => _rejected = new RejectedReload(time.GetUtcNow(), reason);
}

/// <summary>A reload that was refused.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Summary for operators.</param>
public sealed record RejectedReload(DateTimeOffset At, string Reason);
