using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Recording;
using Envoy.Service.ExtProc.V3;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>What a real Envoy sent, as steps, whole and damaged.</summary>
internal static class RecordedSteps
{

    /// <summary>Files of the recordings.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Recordings"), "*" + RecordingFormat.Extension).Order(StringComparer.Ordinal)];

    /// <summary>The steps of each recording.</summary>
    public static async Task<IReadOnlyList<FuzzStep[]>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<FuzzStep[]>();
        foreach (var file in Files) all.Add(Of(await Recording.ReadAsync(file, cancellationToken)));
        return all;
    }

    /// <summary>One of the sequences with up to four of its steps dropped, doubled, swapped or cut short.</summary>
    public static Gen<FuzzStep[]> Damaged(IReadOnlyList<FuzzStep[]> seeds) =>
        from seed in Gen.Elements<FuzzStep[]>([.. seeds])
        from count in Gen.Choose(1, 4)
        from damages in Gen.ArrayOf(from kind in Gen.Choose(0, 3) from at in Gen.Choose(0, 1000) from to in Gen.Choose(0, 1000) select (kind, at, to), count)
        select damages.Aggregate(seed, static (steps, damage) => Damage(steps, damage.kind, damage.at, damage.to));

    private static FuzzStep[] Of(Recording recording)
    {
        var given = recording.Events.Where(static recorded => recorded.Kind == RecordedEventKind.Response)
            .Select(static recorded => ExchangeJoin.Given(ProcessingResponse.Parser.ParseFrom(recorded.Payload.Span))).FirstOrDefault(static id => id is not null);
        var numbers = recording.Events.Select(static recorded => recorded.Stream).Distinct().ToList();
        var steps = new List<FuzzStep>();
        foreach (var recorded in recording.Events)
        {
            var stream = numbers.IndexOf(recorded.Stream);
            if (recorded.Kind == RecordedEventKind.Request) steps.Add(new FuzzStep(stream, FuzzStepKind.Send, InboundMessage.Of(WithPlaceholder(ProcessingRequest.Parser.ParseFrom(recorded.Payload.Span), given))));
            else if (recorded.Kind == RecordedEventKind.HalfClose) steps.Add(new FuzzStep(stream, FuzzStepKind.HalfClose));
            else if (recorded.Kind == RecordedEventKind.Reset) steps.Add(new FuzzStep(stream, FuzzStepKind.Reset));
        }

        return [.. steps];
    }

    private static ProcessingRequest WithPlaceholder(ProcessingRequest message, string? given)
    {
        foreach (var header in message.RequestHeaders?.Headers?.Headers ?? [])
        {
            if (given is not null && header.RawValue.ToStringUtf8() == given) header.RawValue = ByteString.CopyFromUtf8(FuzzSteps.LiveId);
        }

        return message;
    }

    private static FuzzStep[] Damage(FuzzStep[] steps, int kind, int at, int to)
    {
        if (steps.Length == 0) return steps;
        (at, to) = (at % steps.Length, to % steps.Length);
        switch (kind)
        {
            case 0: return [.. steps[..at], .. steps[(at + 1)..]];
            case 1: return [.. steps[..at], steps[at], .. steps[at..]];
            case 2:
                var swapped = steps.ToArray();
                (swapped[at], swapped[to]) = (swapped[to], swapped[at]);
                return swapped;
            default: return [.. steps[..at], Cut(steps[at]), .. steps[(at + 1)..]];
        }
    }

    private static FuzzStep Cut(FuzzStep step)
    {
        if (step.Kind != FuzzStepKind.Send) return step;
        if (step.Message.IsBody) return step with { Message = step.Message with { Body = step.Message.Body.Slice(0, step.Message.Body.Length / 2) } };
        var message = step.Message.Message!.Clone();
        var headers = (message.RequestHeaders ?? message.ResponseHeaders)?.Headers?.Headers;
        while (headers is { Count: > 0 } && headers.Count > 6) headers.RemoveAt(headers.Count - 1);
        return step with { Message = InboundMessage.Of(message) };
    }
}
