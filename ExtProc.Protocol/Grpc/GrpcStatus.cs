namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>What the trailers of a call say.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">Text for people; empty where the code says it all.</param>
internal readonly record struct GrpcStatus(GrpcStatusCode Code, string Message)
{
    public static readonly GrpcStatus Ok = new(GrpcStatusCode.OK, "");
    public static readonly GrpcStatus DeadlineExceeded = new(GrpcStatusCode.DeadlineExceeded, "Deadline exceeded.");
    public static readonly GrpcStatus Cancelled = new(GrpcStatusCode.Cancelled, "The server cancelled the call.");
    public static readonly GrpcStatus HandlerFailed = new(GrpcStatusCode.Unknown, "The handler failed.");
    public static readonly GrpcStatus Unimplemented = new(GrpcStatusCode.Unimplemented, "The method is not implemented.");
    public static readonly GrpcStatus MalformedTimeout = new(GrpcStatusCode.Internal, "Malformed grpc-timeout.");
}
