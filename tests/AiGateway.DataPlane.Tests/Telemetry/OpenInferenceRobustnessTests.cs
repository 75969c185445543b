using System.Text;
using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.GenAi;
using AiGateway.DataPlane.Telemetry.OpenInference;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class OpenInferenceRobustnessTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Build_DamagedBodies_NeverThrow(int seed)
    {
        var random = new Random(seed);
        var convention = new BothConvention(captureContent: true, new OpenInferenceOptions { HideInputImages = true });
        foreach (var pair in VectorFolder.Carried.Pairs())
        {
            var capture = Captures.Of(pair.LoadCassette(), pair.LoadSpan());
            for (var run = 0; run < 15; run++)
                AssertSound(convention.Build(capture with { RequestBody = Damage(random, capture.RequestBody), ResponseBody = Damage(random, capture.ResponseBody) }));
        }
    }

    [Fact]
    public void Build_MembersOfAnyKind_NeverThrow()
    {
        string[] values = ["null", "true", "0", "-1", "1e400", "\"\"", "\"text\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[1]", "{\"url\":1}", "[{\"type\":\"text\"}]", "[{\"index\":-5,\"message\":3}]"];
        string[] names =
        [
            "model", "messages", "tools", "prompt", "input", "instructions", "system", "documents", "query", "top_n", "choices", "output", "content", "usage", "data", "results", "meta",
            "status", "error", "incomplete_details", "role", "stop", "n", "conversation",
        ];
        var convention = new BothConvention(captureContent: true, new OpenInferenceOptions());
        foreach (var endpoint in Enum.GetValues<EndpointKind>())
        {
            foreach (var value in values)
            {
                var body = "{" + string.Join(',', names.Select(name => $"\"{name}\":{value}")) + "}";
                AssertSound(convention.Build(Captures.Json(endpoint, body, body)));
                AssertSound(convention.Build(Captures.Stream(endpoint, body, $"data: {body}\n\ndata: {{\"type\":\"message_start\",\"message\":{body}}}\n\ndata: {{\"type\":\"response.completed\",\"response\":{body}}}\n\n")));
            }
        }
    }

    [Fact]
    public void Build_DeepBody_GivesASpanWithoutItsParts()
    {
        var deep = "{\"model\":\"m\",\"messages\":" + new string('[', 5000) + new string(']', 5000) + "}";

        var span = new OpenInferenceConvention(new OpenInferenceOptions()).Build(Captures.Json(EndpointKind.ChatCompletions, deep, "{}") with { RequestedModel = "m" });

        Assert.Equal((deep, "m"), (span.Value("input.value"), span.Value("llm.model_name")));
        Assert.Null(span.Value("input.mime_type"));
        Assert.Null(span.Value("llm.invocation_parameters"));
    }

    [Fact]
    public void Build_FailingExtraction_IsCountedAndTheSpanStays()
    {
        var dropped = new List<string>();
        var capture = Captures.Json(EndpointKind.Embeddings, """{"model":"e","input":"a"}""", """{"model":"e","data":[{"index":0,"embedding":"!!"},{"index":1,"embedding":[1]}]}""");

        var span = new OpenInferenceConvention(new OpenInferenceOptions(), (what, _) => dropped.Add(what)).Build(capture);

        Assert.Equal(["embedding vectors"], dropped);
        Assert.Equal([1], Assert.IsType<double[]>(span.Value("embedding.embeddings.1.embedding.vector")));
        Assert.Equal("a", span.Value("embedding.embeddings.0.embedding.text"));
    }

    [Fact]
    public void Build_CharactersThatStoresRefuse_AreReplaced()
    {
        byte[] body = [.. "{\"model\":\"m\",\"metadata\":{\"k\":\"a\\u0000b\\\\u0000\"},\"messages\":[{\"role\":\"user\",\"content\":\"x\\u0000\\ud83d y\\ud83c\\udf0d "u8, 0xC3, .. "\"}]}"u8];
        var capture = Captures.Json(EndpointKind.ChatCompletions, "", "{}") with { RequestBody = body, MappedAttributes = [KeyValuePair.Create("metadata.team", "a\0\uD800"), KeyValuePair.Create("session.id", "s\0")] };

        var span = new OpenInferenceConvention(new OpenInferenceOptions()).Build(capture);

        Assert.Equal("x\uFFFD\uFFFD y🌍 \uFFFD", span.Value("llm.input_messages.0.message.content"));
        Assert.Equal("""{"model":"m","metadata":{"k":"a�b\\u0000"}}""", span.Value("llm.invocation_parameters"));
        Assert.Equal("s\uFFFD", span.Value("session.id"));
        Assert.Equal("""{"team":"a��"}""", span.Value("metadata"));
        AssertSound(span);
    }

    [Fact]
    public void MappedAttributes_MetadataTagsAndTheRest_GoWhereTheyBelong()
    {
        var capture = Captures.Json(EndpointKind.ImageGenerations, """{"model":"m"}""", "{}") with
        {
            MappedAttributes =
            [
                KeyValuePair.Create("session.id", "s1"), KeyValuePair.Create("user.id", ""), KeyValuePair.Create("metadata.team", "red \"1\""), KeyValuePair.Create("metadata.a.b", "2"),
                KeyValuePair.Create("tag.tags", "x, y,,"), KeyValuePair.Create("graph.node.id", "n"),
            ],
            ProductAttributes = [KeyValuePair.Create<string, object>("aigw.attempts", 2), KeyValuePair.Create<string, object>("aigw.cached", false)],
        };

        var span = new OpenInferenceConvention(new OpenInferenceOptions()).Build(capture);

        Assert.Equal(("s1", null, "n", 2L, false), (span.Value("session.id"), span.Value("user.id"), span.Value("graph.node.id"), span.Value("aigw.attempts"), span.Value("aigw.cached")));
        Assert.Equal("""{"team":"red \"1\"","a.b":"2"}""", span.Value("metadata"));
        Assert.Equal(["x", "y"], Assert.IsType<string[]>(span.Value("tag.tags")));
    }

    [Fact]
    public void Attributes_AreOrderedForALimit()
    {
        var pair = VectorFolder.Carried.Pairs().Single(pair => pair.ToString() == "synthetic/chat-tool-history");

        var keys = new OpenInferenceConvention(new OpenInferenceOptions()).Build(Captures.Of(pair.LoadCassette(), pair.LoadSpan())).Attributes.Select(a => a.Key).ToList();

        Assert.Equal(
            [
                "openinference.span.kind", "llm.system", "llm.provider", "llm.model_name", "llm.request.model_name", "llm.response.model_name", "input.value", "input.mime_type", "output.value",
                "output.mime_type", "llm.invocation_parameters", "llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.total", "llm.finish_reason",
            ],
            keys[..15]);
        Assert.StartsWith("llm.tools.", keys[^1], StringComparison.Ordinal);
    }

    private static byte[] Damage(Random random, ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        if (bytes.Length == 0) return bytes;
        for (var i = 0; i < random.Next(4); i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static void AssertSound(SpanRecord span)
    {
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        foreach (var (key, value) in span.Attributes)
        {
            Assert.True(value is string or bool or long or double or double[] or string[], $"{key} is a {value.GetType()}.");
            if (value is not string text) continue;
            Assert.DoesNotContain('\0', text);
            _ = strict.GetByteCount(text);
            if (key.EndsWith("mime_type", StringComparison.Ordinal) || key is "input.value" or "output.value") continue;
            if (key is "metadata" or "llm.invocation_parameters") JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 200 }).Dispose();
        }

        if (span.Value("output.mime_type") is "application/json") JsonDocument.Parse((string)span.Value("output.value")!, new JsonDocumentOptions { MaxDepth = 200 }).Dispose();
    }
}
