using System.Diagnostics;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ServiceDefaults;

namespace AiGateway.ExtProc.Processing;

/// <summary>The process's propagation formats for the engine.</summary>
internal sealed class TracePropagation(TraceContextPropagator propagator) : ITracePropagation
{
    public IReadOnlyList<string> Fields => propagator.Fields;

    public ActivityContext Extract(IRequestHead head) => propagator.Extract(head, static (carrier, name) => carrier.Header(name)).Context;

    public void Inject<TTarget>(Activity span, IRequestHead incoming, TTarget target, Action<TTarget, string, string> set)
    {
        var baggage = propagator.Extract(incoming, static (carrier, name) => carrier.Header(name)).Baggage;
        propagator.Inject(span.Context, baggage, (target, set), static (carrier, name, value) => carrier.set(carrier.target, name, value));
    }
}
