namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>How a call ended, as <c>grpc-status</c> says it.</summary>
public enum GrpcStatusCode
{
    /// <summary>No error.</summary>
    OK = 0,

    /// <summary>One side gave the call up.</summary>
    Cancelled,

    /// <summary>An error without a code, such as a handler that threw.</summary>
    Unknown,

    /// <summary>The caller's values are wrong, whatever the state of the system.</summary>
    InvalidArgument,

    /// <summary>The time limit passed first.</summary>
    DeadlineExceeded,

    /// <summary>What was asked for is not there.</summary>
    NotFound,

    /// <summary>What was to be created is there already.</summary>
    AlreadyExists,

    /// <summary>The caller is known and may not.</summary>
    PermissionDenied,

    /// <summary>A quota or a size limit was exceeded.</summary>
    ResourceExhausted,

    /// <summary>The system is in the wrong state for the call.</summary>
    FailedPrecondition,

    /// <summary>A concurrent change got in the way.</summary>
    Aborted,

    /// <summary>Beyond the end of what exists.</summary>
    OutOfRange,

    /// <summary>The server has no such method or does not understand the encoding.</summary>
    Unimplemented,

    /// <summary>An invariant is broken; here: the peer broke the protocol.</summary>
    Internal,

    /// <summary>The server cannot be reached, or not now.</summary>
    Unavailable,

    /// <summary>Data is lost for good.</summary>
    DataLoss,

    /// <summary>The caller is not known.</summary>
    Unauthenticated,
}
