using System.Text;

namespace AiGateway.DataPlane.Streaming;

/// <summary>One dispatched server-sent event.</summary>
/// <param name="Event">The <c>event</c> field; null when the event has none (then it is a <c>message</c>).</param>
/// <param name="Data">The <c>data</c> lines joined by LF. Valid until the reader is used again: copy what must stay.</param>
public readonly record struct SseFrame(string? Event, ReadOnlyMemory<byte> Data)
{
    /// <summary>The end mark of OpenAI streams, which is no JSON.</summary>
    public bool IsDone => Data.Span.SequenceEqual("[DONE]"u8);

    /// <inheritdoc/>
    public override string ToString() => $"{Event ?? "message"}: {Encoding.UTF8.GetString(Data.Span)}";
}
