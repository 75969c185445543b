namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Settings of a client's connections to one service.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Longest response message; a longer one ends the call with RESOURCE_EXHAUSTED as soon as its length arrived. Default: what the protocol can say.</summary>
    public int MaxReceiveMessageBytes { get; init; } = int.MaxValue;

    /// <summary>Longest wait for a connection. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Silence on a connection with calls after which the service is asked whether it is still there. Default: 6 min, because many servers cut connections
    /// that ask more often than every 5 min (gRPC proposal A8).
    /// </summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Wait for the answer to that. Default: 20 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
