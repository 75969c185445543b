using System.Buffers;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Gateway.Forwarding;

/// <summary>
/// Step (9): carries a backend's answer to the client. Small answers are read whole before the first byte goes out, so that a broken one can still be
/// repeated or reported; streams commit with their first chunk and are flushed chunk by chunk.
/// </summary>
internal sealed class ResponseRelay(HttpContext context, Exchange exchange, ExchangeTimer timer, ResponseCapture capture)
{
    /// <summary>Answers up to this size are held until they are complete.</summary>
    private const int WholeLimit = 256 * 1024;

    private const int SmallestChunk = 4 * 1024;
    private const int LargestChunk = 64 * 1024;

    /// <summary>Most of a compressed answer that is unpacked to be looked at; what is larger than this was blown up on purpose.</summary>
    private const int LookLimit = 16 * 1024 * 1024;

    /// <summary>A client that does not take the last event of a broken stream in this time is let go.</summary>
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(5);

    private readonly ResponseScanner _scanner = exchange.Scanner ??= ResponseScannerPool.Rent();
    private EventBoundary _boundary;
    private bool _committed;
    private bool _scans; // the body is text that the scanner can read

    /// <summary>Carries the answer.</summary>
    /// <returns>Null when it is delivered or can no longer be helped; a failure when nothing was sent yet.</returns>
    public async ValueTask<RelayFailure?> RelayAsync(HttpResponseMessage response)
    {
        timer.Touch();
        exchange.FirstByteTimestamp = 0;
        exchange.Reads = 0;
        var status = (int)response.StatusCode;
        var contentType = response.Content.Headers.NonValidated.TryGetValues("content-type", out var types) ? types.ToString() : null;
        var coding = response.Content.Headers.NonValidated.TryGetValues("content-encoding", out var codings) ? codings.ToString() : null;
        exchange.Streamed = status is >= 200 and < 300 && contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        capture.ContentType = contentType;
        capture.Clear();
        _scanner.Restart(exchange.Endpoint, exchange.Streamed, exchange.UpstreamModel);
        using var body = new UpstreamBody(response, exchange, timer);
        try
        {
            _scans = exchange.Streamed;
            if (exchange.Streamed) return await EventsAsync(response, body, coding);
            var json = contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
            return status is >= 200 and < 300 ? await AnswerAsync(response, body, coding, json) : await ErrorAsync(response, body, coding, contentType);
        }
        catch (UpstreamBodyException exception)
        {
            return await BrokenAsync(exception.Error, exception.Message);
        }
        catch (OperationCanceledException) when (timer.Reason != StopReason.None)
        {
            // Only writing to the client is cancelled here: silence means that it does not read.
            var stopped = SendResult.Stopped(timer.Reason == StopReason.Idle ? StopReason.ClientGone : timer.Reason);
            return await BrokenAsync(stopped.Error!, stopped.Message!);
        }
        finally
        {
            _scanner.Finish();
        }
    }

    private async ValueTask<RelayFailure?> AnswerAsync(HttpResponseMessage response, UpstreamBody body, string? coding, bool json)
    {
        var length = response.Content.Headers.ContentLength;
        var first = ArrayPool<byte>.Shared.Rent(length is >= 0 and <= WholeLimit ? Math.Max(1, (int)length.Value) : SmallestChunk);
        try
        {
            var filled = 0;
            var complete = length == 0;
            // JSON is of no use to the client before its end; anything else is passed on as it comes.
            while (!complete && (json || length <= WholeLimit || filled == 0) && filled < WholeLimit)
            {
                if (filled == first.Length) first = Grow(first, filled);
                var read = await body.ReadAsync(first.AsMemory(filled));
                filled += read;
                complete = read == 0 || filled == length;
            }

            _scans = json && coding is null;
            var decoded = coding is not null && (!complete || !Accepts(coding)) ? ContentCoding.Decoder(coding, body.Rest(first.AsMemory(0, filled))) : null;
            if (decoded is not null)
            {
                await using (decoded)
                {
                    _scans = json;
                    return await CopyAsync(body.Guard(decoded), filter: null, () => Commit(response, contentLength: null, plain: true));
                }
            }

            Commit(response, complete ? filled : length);
            if (complete && coding is not null && ContentCoding.TryDecode(coding, first.AsMemory(0, filled), LookLimit, out var plain))
            {
                _scans = json;
                Look(plain.Span);
            }
            else
            {
                Look(first.AsSpan(0, filled));
            }

            if (!await SendAsync(first.AsMemory(0, filled))) return null;
            return complete ? Succeeded() : await CopyAsync(body.ReadAsync, filter: null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
        }
    }

    private async ValueTask<RelayFailure?> EventsAsync(HttpResponseMessage response, UpstreamBody body, string? coding)
    {
        var decoder = coding is null ? null : ContentCoding.Decoder(coding, body.Rest(default));
        await using (decoder)
        {
            var filter = exchange.UsageForced ? new UsageChunkFilter(_scanner) : null;
            var source = decoder is null ? (Func<Memory<byte>, CancellationToken, ValueTask<int>>)body.ReadAsync : body.Guard(decoder);
            return await CopyAsync(source, filter, () => Commit(response, contentLength: null, plain: decoder is not null));
        }
    }

    private async ValueTask<RelayFailure?> CopyAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> source, UsageChunkFilter? filter, Action? commit = null)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(SmallestChunk);
        try
        {
            while (true)
            {
                var read = await source(chunk, timer.Token);
                if (!_committed) commit!();
                if (read == 0) break;
                if (!await ForwardAsync(chunk.AsMemory(0, read), filter)) return null;
                if (read == chunk.Length && chunk.Length < LargestChunk)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(chunk.Length * 4);
                    ArrayPool<byte>.Shared.Return(chunk);
                    chunk = larger;
                }
            }

            if (filter is not null)
            {
                exchange.BytesSent += filter.Finish(context.Response.BodyWriter);
                if (!await FlushAsync()) return null;
            }

            return Succeeded();
        }
        finally
        {
            filter?.Abandon();
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async ValueTask<bool> ForwardAsync(ReadOnlyMemory<byte> bytes, UsageChunkFilter? filter)
    {
        Look(bytes.Span);
        if (filter is null || filter.PassesWhole(bytes.Span))
        {
            if (exchange.Streamed) _boundary.Passed(bytes.Span);
            return await SendAsync(bytes);
        }

        var written = filter.Process(bytes.Span, context.Response.BodyWriter);
        exchange.BytesSent += written;
        _boundary.Passed(filter);
        return await FlushAsync();
    }

    private async ValueTask<RelayFailure?> ErrorAsync(HttpResponseMessage response, UpstreamBody body, string? coding, string? contentType)
    {
        using var text = new PooledBytes(1024);
        while (true)
        {
            var read = await body.ReadAsync(text.Room(1024));
            if (read == 0) break;
            text.Advance(read);
            if (text.Length > WholeLimit) break;
        }

        exchange.Outcome = Contracts.ExchangeOutcome.BackendFailed;
        var whole = text.Length <= WholeLimit;
        var plain = text.Written;
        var decoded = coding is not null && whole && ContentCoding.TryDecode(coding, text.Written, LookLimit, out plain);
        if (!decoded) plain = text.Written;
        var wraps = ErrorWrapping.Wraps(exchange.Endpoint, (int)response.StatusCode, contentType, text.Length);
        if (!wraps)
        {
            var unpacks = decoded && !Accepts(coding!);
            var sent = unpacks ? plain : text.Written;
            Commit(response, whole ? sent.Length : response.Content.Headers.ContentLength, unpacks);
            capture.Add(plain.Span);
            if (!await SendAsync(sent) || whole) return null;
            var rest = await CopyAsync(body.ReadAsync, filter: null);
            if (exchange.Outcome == Contracts.ExchangeOutcome.Succeeded) exchange.Outcome = Contracts.ExchangeOutcome.BackendFailed; // delivered, but an error all the same
            return rest;
        }
        else
        {
            var wrapped = new ArrayBufferWriter<byte>(text.Length + 128);
            if (plain.Length > ErrorWrapping.LongestText) plain = plain[..ErrorWrapping.LongestText];
            ErrorBody.Wrap(wrapped, exchange.Endpoint.Dialect, (int)response.StatusCode, plain.Span, exchange.RequestId);
            Commit(response, wrapped.WrittenCount, plain: true);
            context.Response.ContentType = capture.ContentType = "application/json";
            capture.Add(wrapped.WrittenSpan);
            await SendAsync(wrapped.WrittenMemory);
        }

        return null;
    }

    /// <summary>The backend broke off. Before the first byte that is for the caller to handle; afterwards the client must see that the end is not a real one.</summary>
    private async ValueTask<RelayFailure?> BrokenAsync(GatewayError error, string message)
    {
        if (!_committed) return new RelayFailure(error, message);
        exchange.Error = error;
        exchange.Outcome = Outcomes.Of(error);
        if (!exchange.Streamed || error == GatewayError.ClientClosed)
        {
            context.Abort();
            return null;
        }

        var last = new ArrayBufferWriter<byte>(256);
        if (!_boundary.IsAtEnd) last.Write("\n\n"u8); // the event that broke off must not swallow ours
        ErrorBody.WriteEvent(last, exchange.Endpoint.Kind, exchange.Endpoint.Dialect, error, message, exchange.RequestId);
        capture.Add(last.WrittenSpan);
        exchange.BytesSent += last.WrittenCount;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(s_lastWord);
        try
        {
            await context.Response.BodyWriter.WriteAsync(last.WrittenMemory, limit.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // nobody reads; the abort says the same
        }

        return null;
    }

    private void Commit(HttpResponseMessage response, long? contentLength, bool plain = false)
    {
        _committed = true;
        var target = context.Response;
        target.StatusCode = exchange.Status = (int)response.StatusCode;
        var headers = target.Headers;
        var hopByHop = response.Headers.NonValidated.TryGetValues("connection", out var connection) ? connection.ToString() : null;
        foreach (var header in response.Headers.NonValidated)
        {
            if (HeaderPolicy.GoesDown(header.Key) && (hopByHop is null || !HeaderPolicy.Names(hopByHop, header.Key))) headers[header.Key] = Values(header.Value);
        }

        foreach (var header in response.Content.Headers.NonValidated)
        {
            if (!HeaderPolicy.GoesDown(header.Key)) continue;
            if (plain && header.Key.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)) continue;
            headers[header.Key] = Values(header.Value);
        }

        headers["x-request-id"] = exchange.RequestId;
        if (contentLength is not null && exchange.Status is not (204 or 304)) target.ContentLength = contentLength;
    }

    private static StringValues Values(System.Net.Http.Headers.HeaderStringValues values) => values.Count == 1 ? values.ToString() : values.ToArray();

    private void Look(ReadOnlySpan<byte> bytes)
    {
        if (exchange.FirstByteTimestamp == 0) exchange.FirstByteTimestamp = exchange.Time.GetTimestamp();
        exchange.Reads++;
        if (_scans) _scanner.Feed(bytes);
        capture.Add(bytes);
    }

    private async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return true;
        exchange.BytesSent += bytes.Length;
        var flushed = await context.Response.BodyWriter.WriteAsync(bytes, timer.Token);
        timer.Touch(); // the time the client took is not the backend's
        return !flushed.IsCompleted || Gone();
    }

    private async ValueTask<bool> FlushAsync()
    {
        var flushed = await context.Response.BodyWriter.FlushAsync(timer.Token);
        timer.Touch();
        return !flushed.IsCompleted || Gone();
    }

    private bool Gone()
    {
        exchange.Error = GatewayError.ClientClosed;
        exchange.Outcome = Contracts.ExchangeOutcome.ClientCancelled;
        return false;
    }

    private RelayFailure? Succeeded()
    {
        exchange.Outcome = _scanner.ErrorSeen && exchange.Streamed ? Contracts.ExchangeOutcome.BackendFailed : Contracts.ExchangeOutcome.Succeeded;
        return null;
    }

    private bool Accepts(string coding) => AcceptedCodings.Takes(context.Request.Headers.AcceptEncoding.ToString(), coding.Trim());

    private static byte[] Grow(byte[] bytes, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(WholeLimit, bytes.Length * 4));
        bytes.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        return larger;
    }
}

/// <summary>An answer that failed before anything was sent.</summary>
/// <param name="Error">Catalogue entry.</param>
/// <param name="Message">For the caller.</param>
internal sealed record RelayFailure(GatewayError Error, string Message);
