namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>What a record of a recording says. The numbers are the file format.</summary>
public enum RecordedEventKind
{
    /// <summary>About the file itself; its first record.</summary>
    File = 0,

    /// <summary>A stream was opened; its gRPC metadata.</summary>
    Open = 1,

    /// <summary>A <c>ProcessingRequest</c> went to the service.</summary>
    Request = 2,

    /// <summary>A <c>ProcessingResponse</c> came from the service.</summary>
    Response = 3,

    /// <summary>The caller will send nothing more.</summary>
    HalfClose = 4,

    /// <summary>The caller reset the stream, or its connection broke.</summary>
    Reset = 5,

    /// <summary>The service ended the stream; status code and text.</summary>
    Status = 6,

    /// <summary>The rest of the stream is missing, because records came faster than they could be written or did not fit.</summary>
    Dropped = 7,
}
