namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>A call ended with a status other than OK. Thrown by a handler, it becomes the status that the client sees.</summary>
/// <param name="code">The status; not OK.</param>
/// <param name="message">Travels to the peer as <c>grpc-message</c>: nothing secret.</param>
/// <param name="inner">Stays here.</param>
public sealed class GrpcException(GrpcStatusCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The status.</summary>
    public GrpcStatusCode Code { get; } = code;
}
