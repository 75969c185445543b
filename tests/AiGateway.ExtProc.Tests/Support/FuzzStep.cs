using AiGateway.ExtProc.Protocol;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>What one of Envoy's streams does next.</summary>
/// <param name="Stream">Which of them.</param>
/// <param name="Kind">Message, or how the stream ends.</param>
/// <param name="Message">To be sent; its internal id is put in then.</param>
internal sealed record FuzzStep(int Stream, FuzzStepKind Kind, InboundMessage Message = default)
{
    public override string ToString() => Kind == FuzzStepKind.Send
        ? $"{Stream}: {Message.Kind}{(Message.EndOfStream ? " end" : "")}{(Message.IsBody ? $" {Message.Body.Length} B" : $" {Message.Message}")}"
        : $"{Stream}: {Kind}";
}

/// <summary>Kinds of <see cref="FuzzStep"/>.</summary>
internal enum FuzzStepKind
{
    Send,
    HalfClose,
    Reset,
}
