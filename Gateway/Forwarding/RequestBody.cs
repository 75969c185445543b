using System.Buffers;
using System.IO.Pipelines;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Reads a whole request body into pooled memory, within the listener's limit.</summary>
internal static class RequestBody
{
    /// <summary>Reserved up front at most, whatever the content length claims.</summary>
    private const int LargestReservation = 1024 * 1024;

    /// <summary>Reads the body as it comes.</summary>
    /// <returns>Null on success; a rejection the client can still be told; <see cref="GatewayError.ClientClosed"/> when nobody is there.</returns>
    public static async ValueTask<Rejection?> ReadAsync(HttpRequest request, PooledBytes body, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) return TooLarge(limit);
        try
        {
            var reader = request.BodyReader;
            // Kestrel's reader is left unusable by a cancelled token ("reading is already in progress"), and then cannot be drained; a cancelled read is a result.
            using var stop = cancellationToken.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), reader);
            while (true)
            {
                var read = await reader.ReadAsync(CancellationToken.None);
                if (read.IsCanceled)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                if (body.Length + read.Buffer.Length > limit)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return TooLarge(limit);
                }

                foreach (var segment in read.Buffer) body.Write(segment.Span);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return new Rejection(GatewayError.RequestTimeout, "the request body arrived too slowly");
        }
        catch (BadHttpRequestException exception) when (exception.Message.StartsWith("Unexpected end", StringComparison.Ordinal))
        {
            // Kestrel says this way that the client closed its side; no property tells it apart from a malformed body.
            return new Rejection(GatewayError.ClientClosed, "the client went away while it was sending its request");
        }
        catch (BadHttpRequestException exception)
        {
            return new Rejection(GatewayError.InvalidFraming, $"malformed request: {exception.Message}");
        }
        catch (IOException exception) when (exception.InnerException is OverflowException)
        {
            return new Rejection(GatewayError.InvalidFraming, "malformed request: a chunk size is too large");
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException)
        {
            return new Rejection(GatewayError.ClientClosed, "the client went away while it was sending its request");
        }

        return null;
    }

    /// <summary>Memory to begin with for a request.</summary>
    public static int Reservation(HttpRequest request) => (int)Math.Min(request.ContentLength ?? 4096, LargestReservation);

    /// <summary>Decodes a body that came compressed.</summary>
    /// <param name="coding">Its content coding.</param>
    /// <param name="encoded">Its bytes.</param>
    /// <param name="body">Holds the same bytes, and then what they say.</param>
    /// <param name="limit">Of decoded bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null on success, also when there is nothing to decode; otherwise the rejection.</returns>
    public static async ValueTask<Rejection?> DecodeAsync(string coding, byte[] encoded, PooledBytes body, long limit, CancellationToken cancellationToken)
    {
        if (coding.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase)) return null;
        await using var decoder = ContentCoding.Decoder(coding, new MemoryStream(encoded));
        if (decoder is null) return new Rejection(GatewayError.UnsupportedEncoding, $"content-encoding \"{coding}\" is not supported; use gzip, br or deflate, or none");
        body.Clear();
        try
        {
            while (true)
            {
                var read = await decoder.ReadAsync(body.Room(16 * 1024), cancellationToken);
                if (read == 0) return null;
                body.Advance(read);
                if (body.Length > limit) return TooLarge(limit);
            }
        }
        catch (Exception exception) when (ContentCoding.IsBroken(exception))
        {
            return new Rejection(GatewayError.InvalidRequest, $"malformed request: the body is not valid {coding}");
        }
    }

    private static Rejection TooLarge(long limit) =>
        new(GatewayError.RequestTooLarge, $"the request body is larger than the {limit} bytes this listener takes; raise connection.bufferLimit of its ClientTrafficPolicy or send less");
}
