using System.Buffers;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary>One way of writing a log line.</summary>
internal interface ILogFormat
{
    /// <summary>Writes one line with its end. Called by one thread at a time.</summary>
    void Write(ArrayBufferWriter<byte> output, in LogLine line, IExternalScopeProvider? scopes);
}

/// <summary>What is known about one log line.</summary>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    int EventId,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Values,
    Exception? Fault)
{
    public string LevelName => Level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Critical => "fatal",
        _ => "error",
    };
}
