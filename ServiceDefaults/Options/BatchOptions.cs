namespace AiGateway.ServiceDefaults;

/// <summary>Queue and batch bounds of one signal; each sink has its own queue of this size.</summary>
/// <param name="ScheduleDelay">Longest time an item waits for its batch to fill.</param>
/// <param name="MaxQueueSize">Items kept while a sink does not accept; beyond it the oldest is dropped and counted.</param>
/// <param name="MaxBatchSize">Most items of one request.</param>
/// <param name="ExportTimeout">Upper limit for one attempt, in addition to the target's own.</param>
public sealed record BatchOptions(TimeSpan ScheduleDelay, int MaxQueueSize, int MaxBatchSize, TimeSpan ExportTimeout)
{
    /// <summary>Defaults of <c>OTEL_BSP_*</c>.</summary>
    public static BatchOptions Spans { get; } = new(TimeSpan.FromSeconds(5), 2048, 512, TimeSpan.FromSeconds(30));

    /// <summary>Defaults of <c>OTEL_BLRP_*</c>.</summary>
    public static BatchOptions Logs { get; } = new(TimeSpan.FromSeconds(1), 2048, 512, TimeSpan.FromSeconds(30));

    /// <summary>For metrics an item is one whole collection. Cumulative values make older ones worthless, so few are kept.</summary>
    internal static BatchOptions Metrics { get; } = new(TimeSpan.FromMilliseconds(50), 8, 1, TimeSpan.FromSeconds(30));
}
