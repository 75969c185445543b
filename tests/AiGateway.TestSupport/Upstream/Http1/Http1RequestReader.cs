using System.Globalization;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Upstream.Http1;

/// <summary>Reads request bodies and checks, more strictly than real servers do, that their framing is unambiguous.</summary>
internal static class Http1RequestReader
{
    /// <summary>What is wrong with the head of a request; null when nothing is.</summary>
    public static string? FindProblem(HttpHead head)
    {
        var words = head.Words();
        var lengths = head.Headers.All("content-length");
        if (words is not [_, _, "HTTP/1.1" or "HTTP/1.0"])
            return $"not a request line: '{head.StartLine}'";
        if (words[2] == "HTTP/1.1" && head.Headers.All("host").Count != 1)
            return $"{head.Headers.All("host").Count} host headers";
        if (lengths.Count > 1)
            return "more than one content-length";
        if (lengths.Count == 1 && head.Headers.Contains("transfer-encoding"))
            return "content-length and transfer-encoding together";
        if (lengths.Count == 1 && !long.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return $"content-length is '{lengths[0]}'";
        if (head.Headers.Contains("transfer-encoding") && !IsChunked(head))
            return $"transfer-encoding is '{string.Join(", ", head.Headers.All("transfer-encoding"))}'";
        return null;
    }

    public static bool HasBody(HttpHead head) => IsChunked(head) || Length(head) > 0;

    /// <summary>Reads the whole body. The framing has been checked.</summary>
    public static async Task ReadBodyAsync(WireReader reader, HttpHead head, RecordedRequest request, CancellationToken cancellationToken)
    {
        if (!IsChunked(head))
        {
            request.SetBody(await reader.ReadExactlyAsync(Length(head), cancellationToken), HeaderFields.None);
            return;
        }

        using var body = new MemoryStream();
        var trailers = new List<string>();
        while (await reader.ReadChunkAsync(trailers, cancellationToken) is { } chunk)
            body.Write(chunk);
        request.SetBody(body.ToArray(), HttpHead.ParseFields(trailers));
    }

    private static bool IsChunked(HttpHead head) =>
        head.Headers.All("transfer-encoding") is [var coding] && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);

    private static long Length(HttpHead head) =>
        head.Headers["content-length"] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
}
