using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc;

/// <summary>What the service says about itself.</summary>
internal static partial class ExtProcLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "ext_proc listens on {Address} with configuration {Revision}")]
    public static partial void Listening(ILogger log, string address, string revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "configuration {Revision} is in force")]
    public static partial void Applied(ILogger log, string revision);

    [LoggerMessage(Level = LogLevel.Error, Message = "configuration not applied, {Revision} stays in force: {Reason}")]
    public static partial void Rejected(ILogger log, string revision, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    public static partial void Setting(ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Error, Message = "a span could not be built")]
    public static partial void SpanFailed(ILogger log, Exception exception);
}
