using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>What a recording says about one stream.</summary>
internal sealed class RecordedStream
{
    private RecordedStream(IReadOnlyList<RecordedEvent> events)
    {
        Number = events[0].Stream;
        IsDropped = events.Any(static recorded => recorded.Kind == RecordedEventKind.Dropped);
        if (events.FirstOrDefault(static recorded => recorded.Kind == RecordedEventKind.Request) is { Kind: RecordedEventKind.Request, Payload: var first })
        {
            var message = Read(ProcessingRequest.Parser, first);
            Brought = ExchangeJoin.Brought(message);
            Name = Describe(message);
        }

        foreach (var recorded in events)
        {
            if (recorded.Kind == RecordedEventKind.Response && Brought is null) Given ??= ExchangeJoin.Given(Read(ProcessingResponse.Parser, recorded.Payload));
        }
    }

    public long Number { get; }

    /// <summary>For people: which filter's stream, about what.</summary>
    public string Name { get; } = "nothing was said";

    /// <summary>The id that joins attempts to this stream; null when it hands out none.</summary>
    public string? Given { get; }

    /// <summary>The id by which this attempt names its exchange; null for a stream that is no attempt.</summary>
    public string? Brought { get; }

    /// <summary>Records are missing.</summary>
    public bool IsDropped { get; }

    /// <exception cref="FormatException">A message cannot be read.</exception>
    public static IReadOnlyList<RecordedStream> Of(Recording recording) =>
        [.. recording.Events.GroupBy(static recorded => recorded.Stream).Where(static events => events.First().Kind == RecordedEventKind.Open).Select(static events => new RecordedStream([.. events]))];

    /// <summary>Reads a recorded message.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static T Read<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new FormatException("a message of the recording cannot be read", exception);
        }
    }

    private static string Describe(ProcessingRequest first)
    {
        if (first.RequestHeaders?.Headers is not { } headers) return $"begins with {first.RequestCase}";
        string? Of(string name) => headers.Headers.LastOrDefault(header => header.Key == name)?.RawValue.ToStringUtf8();
        return $"{(ExchangeJoin.Brought(first) is null ? "router" : "upstream")}, {Of(":method")} {Of(":path")}";
    }
}
