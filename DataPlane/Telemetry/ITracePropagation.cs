using System.Diagnostics;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>How trace contexts travel in headers. The host implements it, because the formats are a setting of the process.</summary>
public interface ITracePropagation
{
    /// <summary>Headers that <see cref="Inject"/> may write.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>The caller's context; default when it sent none.</summary>
    ActivityContext Extract(IRequestHead head);

    /// <summary>Writes the context of a span, and the caller's baggage, as headers.</summary>
    /// <param name="span">Whose context.</param>
    /// <param name="incoming">Whose baggage.</param>
    /// <param name="target">Receives the headers.</param>
    /// <param name="set">Adds one header to the target.</param>
    void Inject<TTarget>(Activity span, IRequestHead incoming, TTarget target, Action<TTarget, string, string> set);
}
