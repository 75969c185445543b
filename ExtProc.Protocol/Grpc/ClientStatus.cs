using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>What a client makes of the end of a call: trailers, answers that are not gRPC, broken connections.</summary>
internal static class ClientStatus
{
    /// <summary>Reads the status out of headers or trailers.</summary>
    /// <returns>False when they have none.</returns>
    public static bool TryRead(HttpResponseHeaders headers, out GrpcStatus status)
    {
        status = default;
        if (!headers.NonValidated.TryGetValues(GrpcHeaders.Status, out var value)) return false;
        var known = int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= (int)GrpcStatusCode.Unauthenticated;
        var message = headers.NonValidated.TryGetValues(GrpcHeaders.Message, out var text) ? PercentEncoding.Decode(text.ToString()) : "";
        status = known ? new((GrpcStatusCode)code, message) : new(GrpcStatusCode.Unknown, $"Unknown grpc-status '{value}'. {message}");
        return true;
    }

    /// <summary>Status for an answer without one (gRPC, "HTTP to gRPC status code mapping").</summary>
    public static GrpcStatus Missing(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK) return new(GrpcStatusCode.Unknown, "The answer has no grpc-status.");
        var code = (int)response.StatusCode switch
        {
            400 => GrpcStatusCode.Internal,
            401 => GrpcStatusCode.Unauthenticated,
            403 => GrpcStatusCode.PermissionDenied,
            404 => GrpcStatusCode.Unimplemented,
            429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
            _ => GrpcStatusCode.Unknown,
        };
        return new(code, string.Create(CultureInfo.InvariantCulture, $"The answer is HTTP {(int)response.StatusCode} and not gRPC."));
    }

    /// <summary>Whether an exception is the transport's way to say that the call is broken.</summary>
    public static bool IsTransport(Exception exception) => exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Status for a broken call: the peer's reset has a code (gRPC over HTTP/2, "Errors"), anything else is a connection that failed.</summary>
    public static GrpcException Broken(Exception exception)
    {
        // A connection that takes too long is reported as a cancellation with a timeout inside.
        if (exception is ObjectDisposedException or OperationCanceledException { InnerException: not TimeoutException })
            return new GrpcException(GrpcStatusCode.Cancelled, "The call was given up.", exception);
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException reset) return new GrpcException(CodeOf(reset.ErrorCode), $"The server ended the stream: {reset.Message}", exception);
        }

        return new GrpcException(GrpcStatusCode.Unavailable, $"The server cannot be reached: {exception.Message}", exception);
    }

    private static GrpcStatusCode CodeOf(long http2Error) => http2Error switch
    {
        0x7 => GrpcStatusCode.Unavailable, // REFUSED_STREAM
        0x8 => GrpcStatusCode.Cancelled, // CANCEL
        0xB => GrpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xC => GrpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => GrpcStatusCode.Internal,
    };
}
