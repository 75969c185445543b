using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Extensions of Envoy; of these the external processors exist here.</summary>
internal sealed class EnvoyExtensionPolicy : AttachedPolicy
{
    public required IReadOnlyList<ExtensionProcessor> Processors { get; init; }
}

/// <summary>One entry of <c>extProc</c>.</summary>
internal sealed class ExtensionProcessor
{
    /// <summary>Where the services are; each with its path.</summary>
    public required IReadOnlyList<ExtensionProcessorRef> Services { get; init; }

    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    public bool FailOpen { get; init; }

    public bool AllowModeOverride { get; init; }

    public ProcessorDirection? Request { get; init; }

    public ProcessorDirection? Response { get; init; }

    public required IReadOnlyList<string> AccessibleNamespaces { get; init; }

    public required IReadOnlyList<string> WritableNamespaces { get; init; }
}

/// <summary>A service and where it is named.</summary>
internal sealed record ExtensionProcessorRef(ObjectReference Target, string Path);
