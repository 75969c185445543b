namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>What a policy of Envoy Gateway is attached to.</summary>
internal abstract class AttachedPolicy : Resource
{
    /// <summary><c>targetRef</c> and <c>targetRefs</c> together.</summary>
    public required IReadOnlyList<ObjectReference> Targets { get; init; }

    public required IReadOnlyList<TargetSelector> Selectors { get; init; }
}

/// <summary>Targets chosen by label, in the policy's namespace.</summary>
internal sealed record TargetSelector(string Group, string Kind, LabelSelector Labels);

/// <summary>Behaviour towards backends.</summary>
internal sealed class BackendTrafficPolicy : AttachedPolicy
{
    public RetrySettings? Retry { get; init; }

    public TimeSpan? ConnectTimeout { get; init; }

    public TimeSpan? RequestTimeout { get; init; }

    public TimeSpan? StreamIdleTimeout { get; init; }
}

/// <summary>The <c>retry</c> block as written.</summary>
internal sealed class RetrySettings
{
    public int NumRetries { get; init; } = 2;

    public int? NumAttemptsPerPriority { get; init; }

    /// <summary>Null when <c>retryOn</c> is absent, which means the defaults.</summary>
    public RetryOn? RetryOn { get; init; }

    public TimeSpan? PerTryTimeout { get; init; }

    public TimeSpan? BackOffBase { get; init; }

    public TimeSpan? BackOffMax { get; init; }
}

/// <summary>When to try again.</summary>
internal sealed record RetryOn(IReadOnlyList<string> Triggers, IReadOnlyList<int> HttpStatusCodes);

/// <summary>Behaviour towards clients.</summary>
internal sealed class ClientTrafficPolicy : AttachedPolicy
{
    public long? BufferLimit { get; init; }

    public TimeSpan? RequestReceivedTimeout { get; init; }

    public TimeSpan? IdleTimeout { get; init; }

    public TimeSpan? StreamIdleTimeout { get; init; }
}
