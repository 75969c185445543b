using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults;

/// <summary>What the telemetry pipeline says in the service log. Event ids 100 to 199; 111 is the log's own report of missing lines.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(100, LogLevel.Warning, "Telemetry sink {Sink} does not keep up: its {Signal} queue is full and the oldest items are dropped. Raise the queue size or help the sink.")]
    public static partial void QueueOverflow(ILogger logger, string sink, string signal);

    [LoggerMessage(101, LogLevel.Warning, "Telemetry sink {Sink} cannot take {Signal} at {Address} ({Status}: {Reason}). Trying again in {Seconds:0.#} s and on; the queue keeps the newest items.")]
    public static partial void Retrying(ILogger logger, string sink, string signal, string address, string status, string reason, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "Telemetry sink {Sink} refused {Signal} at {Address} ({Status}: {Reason}); {Items} items are lost. To do: {Remedy}.")]
    public static partial void Rejected(ILogger logger, string sink, string signal, string address, string status, string reason, long items, string remedy);

    [LoggerMessage(103, LogLevel.Information, "Telemetry sink {Sink} takes {Signal} again.")]
    public static partial void Recovered(ILogger logger, string sink, string signal);

    [LoggerMessage(104, LogLevel.Warning, "{Items} items for telemetry sink {Sink} ({Signal}) were not delivered before the end ({Status}).")]
    public static partial void LeftBehind(ILogger logger, int items, string sink, string signal, string status);

    [LoggerMessage(105, LogLevel.Error, "A batch for telemetry sink {Sink} ({Signal}) could not be exported and is lost.")]
    public static partial void ExportFault(ILogger logger, Exception fault, string sink, string signal);

    [LoggerMessage(106, LogLevel.Error, "Access log lines could not be written to standard output and are lost.")]
    public static partial void AccessLogFault(ILogger logger, Exception fault);

    [LoggerMessage(107, LogLevel.Warning, "Access log entries arrive faster than they are written; the newest are dropped.")]
    public static partial void AccessLogOverflow(ILogger logger);

    [LoggerMessage(108, LogLevel.Warning, "Instrument {Instrument} reached its limit of {Limit} series; further attribute sets are added to the series otel_metric_overflow=\"true\".")]
    public static partial void SeriesOverflow(ILogger logger, string instrument, int limit);

    [LoggerMessage(109, LogLevel.Error, "An observable instrument failed; its value is missing on the metrics page.")]
    public static partial void ObservableFault(ILogger logger, Exception fault);

    [LoggerMessage(110, LogLevel.Warning, "Instruments {Instrument} of meters with the same name differ in type; the metrics page shows only the first.")]
    public static partial void TypeConflict(ILogger logger, string instrument);
}
