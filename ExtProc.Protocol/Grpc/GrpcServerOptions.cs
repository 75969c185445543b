namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Settings of one method of a server.</summary>
public sealed class GrpcServerOptions
{
    /// <summary>Settings of a method for which none were given.</summary>
    public static readonly GrpcServerOptions Default = new();

    /// <summary>Longest request message. A longer one ends the call with RESOURCE_EXHAUSTED as soon as its length arrived. Default: what the protocol can say.</summary>
    public int MaxReceiveMessageBytes { get; init; } = int.MaxValue;

    /// <summary>Clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
