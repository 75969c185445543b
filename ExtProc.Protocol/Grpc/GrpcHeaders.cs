using Microsoft.AspNetCore.Http;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>The header fields of gRPC over HTTP/2 and their values.</summary>
internal static class GrpcHeaders
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string ContentType = "application/grpc";
    public const string Identity = "identity";

    private const string Proto = "+proto";

    /// <summary>Whether a content type is gRPC with protobuf messages; parameters do not matter.</summary>
    public static bool IsGrpc(string? contentType)
    {
        if (contentType is null || !contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)) return false;
        var rest = contentType.AsSpan(ContentType.Length);
        if (rest.StartsWith(Proto, StringComparison.OrdinalIgnoreCase)) rest = rest[Proto.Length..];
        return rest.IsEmpty || rest[0] is ';' or ' ';
    }

    /// <summary>The name of a compression, or null where messages come as they are.</summary>
    public static string? Compression(string? encoding) => string.IsNullOrEmpty(encoding) || encoding == Identity ? null : encoding;

    /// <summary>All values of a request header, joined; null when it is absent.</summary>
    public static string? Get(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
