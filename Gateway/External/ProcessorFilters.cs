using System.Runtime.CompilerServices;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.Gateway.External;

/// <summary>Filters of the processors in force, made once each.</summary>
internal static class ProcessorFilters
{
    private static readonly ConditionalWeakTable<ProcessorSpec, ProcessorFilter> s_filters = [];

    /// <summary>The filter of a processor.</summary>
    public static ProcessorFilter Of(ProcessorSpec spec) => s_filters.GetValue(spec, ProcessorFilter.Of);
}
