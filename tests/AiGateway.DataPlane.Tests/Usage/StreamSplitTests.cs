using System.Buffers;
using System.Globalization;
using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Tests.Json;

namespace AiGateway.DataPlane.Tests.Usage;

/// <summary>How a stream is cut never shows: neither in what the client sees nor in what is counted.</summary>
public sealed class StreamSplitTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(300, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Filter_AnyCut_RemovesTheUsageChunkAndNothingElse(int seed)
    {
        var random = new RandomJson(seed);
        for (var i = 0; i < 40; i++)
        {
            var end = random.Random.Next(2) == 0 ? "\n" : "\r\n";
            var events = Events(random, end, longEvents: i % 20 == 0);
            var whole = string.Concat(events.Select(item => item.Text));
            var visible = string.Concat(events.Where(item => !item.Hidden).Select(item => item.Text));
            var scanner = new ResponseScanner();
            scanner.Restart(EndpointCatalog.All[0], events: true);
            var filter = new UsageChunkFilter(scanner);
            var output = new ArrayBufferWriter<byte>();
            long written = 0;

            foreach (var piece in Pieces(random, whole, i))
            {
                scanner.Feed(piece.Span);
                if (filter.PassesWhole(piece.Span))
                {
                    output.Write(piece.Span);
                    written += piece.Length;
                }
                else
                {
                    written += filter.Process(piece.Span, output);
                }
            }

            written += filter.Finish(output);
            scanner.Finish();
            Assert.Equal(visible, Encoding.UTF8.GetString(output.WrittenSpan));
            Assert.Equal(output.WrittenCount, written);
            Assert.Equal(events.Any(item => item.Hidden) ? new TokenUsage { Input = 9, Output = 2, Total = 11 } : default, scanner.Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Scanner_AnyCutOfAnAnthropicStream_CountsTheSame(int seed)
    {
        const string stream = "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":3,\"cache_creation_input_tokens\":4,\"output_tokens\":1}}}\r\n\r\n"
            + "event: ping\ndata: {\"type\": \"ping\"}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"\\\"usage\\\":{\\\"output_tokens\\\":999}\"}}\n\n"
            + "event: message_delta\ndata:{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":8}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}";
        var random = new RandomJson(seed);
        for (var i = 0; i < 100; i++)
        {
            var scanner = new ResponseScanner();
            scanner.Restart(EndpointCatalog.All.Single(endpoint => endpoint.Kind == EndpointKind.Messages), events: true);
            foreach (var piece in random.Cut(stream)) scanner.Feed(piece.Span);
            scanner.Finish();

            Assert.Equal("claude", scanner.Model);
            Assert.Equal(new TokenUsage { Input = 17, CachedInput = 3, CacheCreationInput = 4, Output = 8, Total = 25 }, scanner.Usage);
            Assert.False(scanner.ErrorSeen);
        }
    }

    private static List<(string Text, bool Hidden)> Events(RandomJson random, string end, bool longEvents)
    {
        var events = new List<(string, bool)>();
        var count = random.Random.Next(1, 8);
        for (var i = 0; i < count; i++)
        {
            var content = longEvents && i % 2 == 0 ? $"\"{new string('x', UsageChunkFilter.LongestEvent + 1000)}\"" : random.Text();
            events.Add(($"data: {{\"model\":\"m\",\"choices\":[{{\"index\":{i.ToString(CultureInfo.InvariantCulture)},\"delta\":{{\"content\":{content}}}}}]}}{end}{end}", false));
            if (random.Random.Next(4) == 0) events.Add(($": comment{end}{end}", false));
            if (random.Random.Next(4) == 0) events.Add(($"data: {{\"choices\":[],\"prompt_filter_results\":[]}}{end}{end}", false));
        }

        if (random.Random.Next(4) > 0)
        {
            events.Add(($"data: {{\"model\":\"m\",\"choices\": [ ],\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}}}{end}{end}", true));
        }

        events.Add(($"data: [DONE]{end}{end}", false));
        return events;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(RandomJson random, string whole, int round) => (round % 4) switch
    {
        0 => Large(random, whole),
        1 => [Encoding.UTF8.GetBytes(whole)],
        2 => Encoding.UTF8.GetBytes(whole).Select(value => (ReadOnlyMemory<byte>)new[] { value }),
        _ => random.Cut(whole),
    };

    private static IEnumerable<ReadOnlyMemory<byte>> Large(RandomJson random, string whole)
    {
        var bytes = Encoding.UTF8.GetBytes(whole).AsMemory();
        while (!bytes.IsEmpty)
        {
            var size = Math.Min(bytes.Length, random.Random.Next(1, 50_000));
            yield return bytes[..size];
            bytes = bytes[size..];
        }
    }
}
