using System.Text;
using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>Recorded exchanges through the real processes of each topology: what the client gets, and what a real collector gets.</summary>
[Collection(CollectorGroup.Name)]
public sealed class VectorTests(CollectorFixture collectors, VectorGatewayFixture gateways) : IClassFixture<VectorGatewayFixture>
{
    private static readonly Dictionary<string, VectorPair> s_pairs = VectorFolder.Default.Pairs().ToDictionary(pair => pair.ToString());

    public static TheoryData<string, AnswerCut, Topology> Cases
    {
        get
        {
            var cases = new TheoryData<string, AnswerCut, Topology>();
            foreach (var name in s_pairs.Keys)
            {
                foreach (var cut in Enum.GetValues<AnswerCut>())
                {
                    foreach (var topology in EachTopology.All) cases.Add(name, cut, topology);
                }
            }

            return cases;
        }
    }

    [Fact]
    public void Vectors_Present_AreAllSets() => Assert.True(s_pairs.Count > 0, $"no vectors in {VectorFolder.Default.OpenInference}");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Exchange_Replayed_ReachesClientAndCollector(string name, AnswerCut cut, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var collector = await collectors.GetAsync(deadline);
        var gateway = await gateways.GetAsync(topology, collector, deadline);
        var pair = s_pairs[name];
        var cassette = pair.LoadCassette();
        var expected = pair.LoadSpan();
        var id = $"vector-{Guid.NewGuid():N}";
        var (body, contentType) = cassette.IsMultipart
            ? (MultipartForm.Build((string)expected.Attributes["input.value"]), MultipartForm.ContentType)
            : (Encoding.UTF8.GetBytes(cassette.RequestBody), "application/json");

        using var response = await gateway.SendAsync(id, cassette.Url, body, contentType, Answer(cassette, cut, name), deadline);

        Assert.Equal(cassette.Status, (int)response.StatusCode);
        AssertSameBody(cassette, await response.Content.ReadAsStringAsync(deadline));
        Assert.Equal([], SpanComparer.Compare(expected, await VectorGateway.SpanAsync(collector, id, deadline), pair, cassette));
    }

    private static MockAnswer Answer(Cassette cassette, AnswerCut cut, string name)
    {
        var body = Encoding.UTF8.GetBytes(cassette.ResponseBody);
        var answer = MockAnswer.Bytes(cassette.Status, cassette.ResponseContentType, body) with { Framing = cassette.Streamed ? BodyFraming.Chunked : BodyFraming.ContentLength };
        return cut switch
        {
            AnswerCut.Whole => answer,
            AnswerCut.ByteByByte => answer.CutEvery(1),
            AnswerCut.AtRandom => answer.Cut(RandomSizes(body.Length, name)),
            _ => throw new ArgumentOutOfRangeException(nameof(cut)),
        };
    }

    // Seeded by the name, so that a failure can be repeated.
    private static int[] RandomSizes(int length, string name)
    {
        var random = new Random(name.Aggregate(17, (seed, letter) => unchecked((seed * 31) + letter)));
        List<int> sizes = [];
        for (var sum = 0; sum < length; sum += sizes[^1]) sizes.Add(random.Next(1, 40));
        return [.. sizes];
    }

    private static void AssertSameBody(Cassette cassette, string body)
    {
        if (cassette.Streamed || !cassette.ResponseContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)) Assert.Equal(cassette.ResponseBody, body);
        else Assert.True(JsonNode.DeepEquals(JsonNode.Parse(cassette.ResponseBody), JsonNode.Parse(body)), $"expected {cassette.ResponseBody}\ngot {body}");
    }
}
