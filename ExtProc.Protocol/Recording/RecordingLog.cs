using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>What the recorder says. Ids 1200–1299.</summary>
internal static partial class RecordingLog
{
    [LoggerMessage(1200, LogLevel.Warning, "streams are recorded in {Directory}")]
    public static partial void Started(ILogger logger, string directory);

    [LoggerMessage(1201, LogLevel.Error, "recording stopped; the service goes on without it")]
    public static partial void Broken(ILogger logger, Exception exception);

    [LoggerMessage(1202, LogLevel.Warning, "{Count} streams are recorded incompletely")]
    public static partial void Dropped(ILogger logger, long count);
}
