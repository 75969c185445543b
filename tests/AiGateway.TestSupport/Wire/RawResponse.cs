using System.Globalization;
using System.Text;

namespace AiGateway.TestSupport.Wire;

/// <summary>A whole response, or as much of one as arrived.</summary>
public sealed record RawResponse
{
    public required HttpHead Head { get; init; }

    /// <summary>1xx responses that came first.</summary>
    public IReadOnlyList<HttpHead> Interim { get; init; } = [];

    public required IReadOnlyList<ReceivedChunk> Chunks { get; init; }

    public HeaderFields Trailers { get; init; } = HeaderFields.None;

    public required BodyEnd End { get; init; }

    public int Status => int.Parse(Head.Words()[1], CultureInfo.InvariantCulture);

    public HeaderFields Headers => Head.Headers;

    /// <summary>The body as it was on the wire, without chunked framing; content encoding kept.</summary>
    public byte[] ToBody() => [.. Chunks.SelectMany(chunk => chunk.Data.ToArray())];

    public string BodyText => Encoding.UTF8.GetString(ToBody());

    /// <summary>The events of an event stream.</summary>
    public IReadOnlyList<SseFrame> Frames() => SseFrame.Parse(BodyText);
}
