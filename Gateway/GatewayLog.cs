using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway;

/// <summary>What the gateway host says. Ids 1000–1099.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1000, LogLevel.Error, "exchange {RequestId} failed inside the gateway")]
    public static partial void ExchangeFailed(ILogger logger, Exception exception, string requestId);

    [LoggerMessage(1001, LogLevel.Warning, "exchange {RequestId}: route {Route}, backend {Backend}, attempt {Attempt} failed ({Reason}); trying the next backend")]
    public static partial void AttemptFailed(ILogger logger, string requestId, string route, string backend, int attempt, string reason);

    [LoggerMessage(1002, LogLevel.Information, "configuration {Revision} is in force")]
    public static partial void Applied(ILogger logger, string revision);

    [LoggerMessage(1003, LogLevel.Error, "configuration reload refused, {Revision} stays in force: {Reason}")]
    public static partial void Rejected(ILogger logger, string revision, string reason);

    [LoggerMessage(1004, LogLevel.Error, "a span could not be built")]
    public static partial void SpanFailed(ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Warning, "{Warning}")]
    public static partial void Setting(ILogger logger, string warning);

    [LoggerMessage(1007, LogLevel.Error, "exchange {RequestId}: ext_proc filter {Filter} failed ({Details})")]
    public static partial void ProcessorFailed(ILogger logger, string requestId, string filter, string details);

    [LoggerMessage(1008, LogLevel.Warning, "exchange {RequestId} goes on without ext_proc filter {Filter}, which failed ({Details})")]
    public static partial void ProcessorSkipped(ILogger logger, string requestId, string filter, string details);

    [LoggerMessage(1006, LogLevel.Error, "plain request {RequestId} failed inside the gateway")]
    public static partial void PlainRequestFailed(ILogger logger, Exception exception, string requestId);
}
