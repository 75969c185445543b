using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;

namespace AiGateway.ExtProc.Processing;

/// <summary>Compressed requests are unpacked, because the model is inside and the provider gets plain bytes.</summary>
internal static class RequestCoding
{
    private const int DefaultLimit = 50 * 1024 * 1024;

    /// <summary>Largest plain body that the exchange's listener takes.</summary>
    public static int Limit(Exchange exchange) => (int)Math.Min(exchange.Listener.Spec.MaxRequestBodyBytes ?? DefaultLimit, Array.MaxLength - 1);

    /// <summary>Unpacks a body in place.</summary>
    /// <param name="exchange">Its head names the coding.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="decoded">The body was compressed and is not any more.</param>
    /// <returns>Null when the body is plain now, otherwise the answer.</returns>
    public static Rejection? Decode(Exchange exchange, PooledBytes body, out bool decoded)
    {
        decoded = false;
        if (exchange.Head.Header("content-encoding") is not { Length: > 0 } coding || coding.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase)) return null;
        var limit = Limit(exchange);
        if (!ContentCoding.TryDecode(coding, body.Written, limit + 1, out var plain))
        {
            return ContentCoding.IsKnown(coding)
                ? new Rejection(GatewayError.InvalidRequest, $"malformed request: the body is not valid {coding}")
                : new Rejection(GatewayError.UnsupportedEncoding, $"content-encoding \"{coding}\" is not supported; use gzip, br or deflate, or none");
        }

        if (plain.Length > limit) return new Rejection(GatewayError.RequestTooLarge, $"the unpacked request body is larger than the {limit} bytes this listener takes");
        body.Clear();
        body.Write(plain.Span);
        decoded = true;
        return null;
    }
}
