using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace AiGateway.TestSupport.Upstream.Http1;

/// <summary>Puts one answer on the wire, piece by piece, up to the fault it carries.</summary>
internal sealed class Http1AnswerWriter(Stream output, RequestLog log, CancellationToken stopping)
{
    private static readonly AnswerFault s_broken = new(FaultKind.End, 0);

    /// <summary>Writes the answer; returns the fault that the connection must now suffer, or null when all was sent.</summary>
    /// <param name="answer">What to send.</param>
    /// <param name="withBody">False for the answer to a HEAD request.</param>
    /// <param name="waiting">Ends the waits between pieces; writing itself goes on until the other side refuses.</param>
    public async Task<AnswerFault?> WriteAsync(MockAnswer answer, bool withBody, CancellationToken waiting)
    {
        foreach (var interim in answer.Interim)
            await SendAsync(Head(interim));
        if (answer.BeforeHead is { } before)
            await before(waiting);
        if (answer.Fault is { AfterBytes: AnswerFault.BeforeHead })
            return answer.Fault;

        await SendAsync(Head(answer));
        return withBody && answer.Framing != BodyFraming.NoBody ? await WriteBodyAsync(answer, waiting) : null;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    private async Task<AnswerFault?> WriteBodyAsync(MockAnswer answer, CancellationToken waiting)
    {
        var left = answer.Fault?.AfterBytes ?? long.MaxValue;
        var piece = 0;
        await foreach (var bytes in answer.Body.ReadPiecesAsync(waiting))
        {
            if (left == 0)
                return answer.Fault;
            if (answer.BeforePiece is { } before)
                await before(piece, waiting);
            if (piece == 1 && answer.ChunkDefect is not (ChunkDefect.None or ChunkDefect.NoLastChunk))
                return await BreakAsync(answer.ChunkDefect);

            var sent = bytes.Length <= left ? bytes : bytes[..(int)left];
            await SendPieceAsync(sent, IsChunked(answer));
            left -= sent.Length;
            piece++;
        }

        if (answer.Fault is not null)
            return answer.Fault;
        if (answer.ChunkDefect != ChunkDefect.None)
            return await BreakAsync(answer.ChunkDefect);
        if (IsChunked(answer))
            await SendAsync($"0\r\n{Fields(answer.Trailers)}\r\n");
        return null;
    }

    private async Task SendPieceAsync(ReadOnlyMemory<byte> bytes, bool chunked)
    {
        if (!chunked)
        {
            await SendAsync(bytes);
            return;
        }

        // One write for the chunk, so that one piece is one segment wherever that is possible.
        var size = Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        await SendAsync((byte[])[.. size, .. bytes.Span, .. "\r\n"u8]);
    }

    private async Task<AnswerFault> BreakAsync(ChunkDefect defect)
    {
        await SendAsync(defect switch
        {
            ChunkDefect.SizeNotHex => "zz\r\nabc\r\n0\r\n\r\n",
            ChunkDefect.NegativeSize => "-3\r\nabc\r\n0\r\n\r\n",
            ChunkDefect.SizeTooLarge => "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
            ChunkDefect.DataLongerThanSize => "1\r\nabc\r\n0\r\n\r\n",
            _ => "",
        });
        return s_broken;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await output.WriteAsync(bytes, stopping);
        await output.FlushAsync(stopping);
        log.Sent(bytes.Length);
    }

    private static bool IsChunked(MockAnswer answer) => answer.Framing == BodyFraming.Chunked
        || (answer.Framing == BodyFraming.ContentLength && answer.Body.Length is null && answer.AnnouncedLength is null);

    private static string Head(MockAnswer answer)
    {
        var reason = answer.Reason ?? ReasonPhrases.GetReasonPhrase(answer.Status);
        var statusLine = answer.StatusLine ?? $"HTTP/1.1 {answer.Status.ToString(CultureInfo.InvariantCulture)} {reason}";
        return $"{statusLine}\r\n{Fields(answer.Headers)}{FramingField(answer)}\r\n";
    }

    private static string FramingField(MockAnswer answer)
    {
        var given = answer.Headers.Any(field => field.Key.Equals("content-length", StringComparison.OrdinalIgnoreCase)
            || field.Key.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase));
        if (given || answer.Framing == BodyFraming.NoBody)
            return "";
        if (answer.Framing == BodyFraming.CloseDelimited)
            return "connection: close\r\n";
        return IsChunked(answer)
            ? "transfer-encoding: chunked\r\n"
            : $"content-length: {(answer.AnnouncedLength ?? answer.Body.Length)!.Value.ToString(CultureInfo.InvariantCulture)}\r\n";
    }

    private static string Fields(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Concat(fields.Select(field => $"{field.Key}: {field.Value}\r\n"));
}
