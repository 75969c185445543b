using AiGateway.DataPlane.Telemetry.OpenInference;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

/// <summary>A comparison that cannot fail proves nothing: every pair must notice a changed span.</summary>
public sealed class SpanComparerTests
{
    public static TheoryData<string> PairNames => [.. VectorFolder.Carried.Pairs().Select(pair => pair.ToString())];

    [Theory]
    [MemberData(nameof(PairNames))]
    public void Compare_AttributeMissingOrWrong_IsADifference(string name)
    {
        var (pair, cassette, expected) = Load(name);
        var actual = Complete(expected, cassette);
        Assert.Empty(SpanComparer.Compare(expected, actual, pair, cassette));
        var checkedAttributes = 0;

        foreach (var (key, value) in expected.Attributes)
        {
            // Zero and empty ones count as absent; indices and the model of an error may differ legitimately.
            var isRequired = actual.Attributes.ContainsKey(key) && value is not (0L or "") && (key != "llm.model_name" || expected.Events.All(e => e.Name != "exception"));
            if (!isRequired) continue;
            checkedAttributes++;
            var without = actual.Attributes.Where(attribute => attribute.Key != key).ToDictionary();
            Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Attributes = without }, pair, cassette));
            var wrong = new Dictionary<string, object>(actual.Attributes) { [key] = value is long number ? number + 1 : "something else" };
            Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Attributes = wrong }, pair, cassette));
        }

        Assert.True(checkedAttributes >= 4, $"Only {checkedAttributes} attributes were tried.");
    }

    [Theory]
    [InlineData("llm.input_messages.0.message.name", "x")]
    [InlineData("llm.tools.99.tool.json_schema", "{}x")]
    [InlineData("output.extra", "x")]
    [InlineData("embedding.model_name", "x")]
    public void Compare_UnexpectedAttribute_IsADifference(string key, string value)
    {
        var (pair, cassette, expected) = Load("recorded/chat-basic");
        var actual = Complete(expected, cassette);

        var more = new Dictionary<string, object>(actual.Attributes) { [key] = value };

        Assert.Contains(SpanComparer.Compare(expected, actual with { Attributes = more }, pair, cassette), line => line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public void Compare_ProductAttribute_IsIgnored()
    {
        var (pair, cassette, expected) = Load("recorded/chat-basic");
        var actual = Complete(expected, cassette);

        var more = new Dictionary<string, object>(actual.Attributes) { ["aigw.route"] = "x", ["session.id"] = "s", ["llm.cost.total"] = 0.1, ["llm.request.model_name"] = "m" };

        Assert.Empty(SpanComparer.Compare(expected, actual with { Attributes = more }, pair, cassette));
    }

    [Fact]
    public void Compare_CountAsDouble_IsADifference()
    {
        var (pair, cassette, expected) = Load("recorded/chat-basic");
        var actual = Complete(expected, cassette);

        var wrong = new Dictionary<string, object>(actual.Attributes) { ["llm.token_count.prompt"] = (double)(long)actual.Attributes["llm.token_count.prompt"] };

        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Attributes = wrong }, pair, cassette));
    }

    [Fact]
    public void Compare_NameKindStatusEvents_AreCompared()
    {
        var (pair, cassette, expected) = Load("recorded/chat-bad-request");
        var actual = Complete(expected, cassette);

        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Name = "Completion" }, pair, cassette));
        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Kind = "SPAN_KIND_CLIENT" }, pair, cassette));
        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Status = "STATUS_CODE_OK" }, pair, cassette));
        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { StatusDescription = "Error code: 401" }, pair, cassette));
        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Events = [] }, pair, cassette));
        var other = new OtlpEvent("exception", new Dictionary<string, object> { ["exception.type"] = "RateLimitError", ["exception.message"] = "Error code: 400 - x" });
        Assert.NotEmpty(SpanComparer.Compare(expected, actual with { Events = [other] }, pair, cassette));
    }

    [Fact]
    public void ParseExport_CollectorLine_GivesItsSpans()
    {
        const string line = """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"ChatCompletion","kind":1,"attributes":[{"key":"a","value":{"intValue":"3"}},
            {"key":"v","value":{"arrayValue":{"values":[{"doubleValue":0.5}]}}}],"events":[{"name":"exception"}],"status":{"code":2,"message":"m"}}]}]}]}
            """;

        var span = Assert.Single(OtlpSpan.ParseExport(line));

        Assert.Equal(("ChatCompletion", "SPAN_KIND_INTERNAL", "STATUS_CODE_ERROR", "m"), (span.Name, span.Kind, span.Status, span.StatusDescription));
        Assert.Equal(3L, span.Attributes["a"]);
        Assert.Equal([0.5], (object[])span.Attributes["v"]);
    }

    // What the product writes; the vector tests prove that it agrees.
    private static OtlpSpan Complete(OtlpSpan expected, Cassette cassette) => new OpenInferenceConvention(new OpenInferenceOptions()).Build(Captures.Of(cassette, expected)).ToOtlp();

    private static (VectorPair Pair, Cassette Cassette, OtlpSpan Expected) Load(string name)
    {
        var pair = VectorFolder.Carried.Pairs().Single(pair => pair.ToString() == name);
        return (pair, pair.LoadCassette(), pair.LoadSpan());
    }
}
