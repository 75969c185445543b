using System.Globalization;
using System.Text;

namespace AiGateway.TestSupport.Upstream;

public sealed partial record MockAnswer
{
    public static MockAnswer Json(int status, string json) => Bytes(status, "application/json", Encoding.UTF8.GetBytes(json));

    public static MockAnswer Text(int status, string text) => Bytes(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    public static MockAnswer Bytes(int status, string contentType, byte[] body) =>
        new MockAnswer { Status = status, Body = new FixedBody(body) }.WithHeader("content-type", contentType);

    /// <summary>A chunked event stream; one piece unless it is cut.</summary>
    public static MockAnswer Sse(string events) => Sse(Encoding.UTF8.GetBytes(events));

    /// <inheritdoc cref="Sse(string)"/>
    public static MockAnswer Sse(byte[] events) => Bytes(200, "text/event-stream", events) with { Framing = BodyFraming.Chunked };

    /// <summary>A chunked event stream that the test writes while it runs.</summary>
    public static MockAnswer Sse(AnswerFeed feed) =>
        new MockAnswer { Body = feed, Framing = BodyFraming.Chunked }.WithHeader("content-type", "text/event-stream");

    /// <summary>204, 304 or any other status without a body.</summary>
    public static MockAnswer NoBody(int status) => new() { Status = status, Framing = BodyFraming.NoBody };

    /// <summary>429 in the way providers send it.</summary>
    public static MockAnswer TooManyRequests(TimeSpan retryAfter, string json) =>
        Json(429, json).WithHeader("retry-after", retryAfter.TotalSeconds.ToString("0", CultureInfo.InvariantCulture));

    /// <summary>A body of <paramref name="length"/> bytes that is made on the fly.</summary>
    public static MockAnswer Huge(long length, string contentType = "application/octet-stream")
    {
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        return new MockAnswer { Body = new GeneratedBody(length, block) }.WithHeader("content-type", contentType);
    }

    /// <summary>An endless or very long event stream: <paramref name="events"/> repeated, one piece each, without holding it.</summary>
    public static MockAnswer RepeatedSse(string events, int times)
    {
        var block = Encoding.UTF8.GetBytes(events);
        return new MockAnswer { Body = new GeneratedBody((long)block.Length * times, block), Framing = BodyFraming.Chunked }
            .WithHeader("content-type", "text/event-stream");
    }

    /// <summary>
    /// An answer as it was recorded from a provider: status, headers in order, body as it was on the wire (still encoded). Framing
    /// headers of the recording are dropped, because the framing is made anew: chunked if it was chunked, else with a length.
    /// </summary>
    public static MockAnswer FromRecording(int status, IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
    {
        var all = headers.ToArray();
        var chunked = Array.Exists(all, field => Is(field, "transfer-encoding"));
        return new MockAnswer
        {
            Status = status,
            Headers = [.. all.Where(field => !Is(field, "transfer-encoding") && !Is(field, "content-length") && !Is(field, "connection"))],
            Body = new FixedBody(body),
            Framing = chunked ? BodyFraming.Chunked : status is 204 or 304 ? BodyFraming.NoBody : BodyFraming.ContentLength,
        };
    }

    /// <summary>Never answers and keeps the connection open.</summary>
    public static MockAnswer Silence() => new() { Fault = new AnswerFault(FaultKind.Stall, AnswerFault.BeforeHead) };

    /// <summary>Resets the connection instead of answering.</summary>
    public static MockAnswer ResetAtOnce() => new() { Fault = new AnswerFault(FaultKind.Reset, AnswerFault.BeforeHead) };

    /// <summary>Closes the connection instead of answering.</summary>
    public static MockAnswer CloseAtOnce() => new() { Fault = new AnswerFault(FaultKind.End, AnswerFault.BeforeHead) };

    private static bool Is(KeyValuePair<string, string> field, string name) => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
