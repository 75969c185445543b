using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>One way of writing a trace context into headers.</summary>
internal interface IPropagationFormat
{
    /// <summary>Header names, lower case.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>Reads a context; false when there is none or it is malformed, which is treated as none.</summary>
    bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context);

    void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set);
}
