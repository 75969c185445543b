using System.Diagnostics;

namespace AiGateway.ServiceDefaults;

/// <summary>What a caller's headers said about its trace.</summary>
/// <param name="Context">Default when there was no usable context.</param>
/// <param name="Baggage">W3C baggage members, decoded; empty when there was none or baggage is not among the propagators.</param>
public readonly record struct PropagatedContext(ActivityContext Context, IReadOnlyList<KeyValuePair<string, string>> Baggage)
{
    /// <summary>True when the caller has a trace to continue.</summary>
    public bool HasParent => Context.TraceId != default;
}
