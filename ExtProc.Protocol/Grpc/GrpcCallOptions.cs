namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Settings of one call of a client.</summary>
public sealed class GrpcCallOptions
{
    /// <summary>Time for the whole call; told to the server and enforced here too. Null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Request metadata; names in lower case, values printable ASCII.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
