using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>What the gRPC server says. Ids 1100–1199. A client that leaves is no event worth more than Debug.</summary>
internal static partial class GrpcLog
{
    [LoggerMessage(1100, LogLevel.Error, "gRPC call {Method} failed in its handler")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(1101, LogLevel.Debug, "gRPC call {Method} ended with {Status}: {Reason}")]
    public static partial void Ended(ILogger logger, string method, GrpcStatusCode status, string reason);

    [LoggerMessage(1102, LogLevel.Debug, "gRPC call {Method} was left by its client")]
    public static partial void Left(ILogger logger, string method);
}
