using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.GenAi;
using AiGateway.DataPlane.Telemetry.OpenInference;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class GenAiConventionTests
{
    private const string ChatRequest = """
        {"model":"gpt","temperature":0.5,"max_completion_tokens":9,"n":2,"seed":7,"stop":["a","b"],"response_format":{"type":"json_object"},
        "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],
        "messages":[{"role":"system","content":"terse"},{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]},
        {"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"c1","content":"cold"}]}
        """;

    private const string ChatResponse = """
        {"id":"r1","model":"gpt-1","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}},{"index":1,"finish_reason":"length","message":{"role":"assistant","content":"ho"}}],
        "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":0}}}
        """;

    [Fact]
    public void Build_Chat_WritesTheNamesOf1411()
    {
        var capture = Captures.Json(EndpointKind.ChatCompletions, ChatRequest, ChatResponse) with { UpstreamModel = "gpt-upstream", MappedAttributes = [KeyValuePair.Create("session.id", "s1")] };

        var span = new GenAiConvention(captureContent: false, new OpenInferenceOptions()).Build(capture);

        Assert.Equal(("chat gpt-upstream", ActivityKind.Client, ActivityStatusCode.Ok), (span.Name, span.Kind, span.Status));
        string[] expected =
        [
            "gen_ai.conversation.id=s1", "gen_ai.operation.name=chat", "gen_ai.output.type=json", "gen_ai.provider.name=openai", "gen_ai.request.choice.count=2", "gen_ai.request.max_tokens=9",
            "gen_ai.request.model=gpt-upstream", "gen_ai.request.seed=7", "gen_ai.request.stop_sequences=a,b", "gen_ai.request.temperature=0.5", "gen_ai.response.finish_reasons=stop,length",
            "gen_ai.response.id=r1", "gen_ai.response.model=gpt-1", "gen_ai.usage.cache_read.input_tokens=4", "gen_ai.usage.input_tokens=10", "gen_ai.usage.output_tokens=5",
            "openai.api.type=chat_completions", "session.id=s1",
        ];
        Assert.Equal(expected, Shown(span));
    }

    [Fact]
    public void Build_CaptureAllowed_WritesMessagesPartsAndTools()
    {
        var span = new GenAiConvention(captureContent: true, new OpenInferenceOptions()).Build(Captures.Json(EndpointKind.ChatCompletions, ChatRequest, ChatResponse));

        Assert.Equal(
            """[{"role":"system","parts":[{"type":"text","content":"terse"}]},{"role":"user","parts":[{"type":"text","content":"see"},{"type":"blob","mime_type":"image/png","modality":"image","content":"QUJD"}]},{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"f","arguments":{"x":1}}]},{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"cold"}]}]""",
            span.Value("gen_ai.input.messages"));
        Assert.Equal(
            """[{"role":"assistant","parts":[{"type":"text","content":"hi"}],"finish_reason":"stop"},{"role":"assistant","parts":[{"type":"text","content":"ho"}],"finish_reason":"length"}]""",
            span.Value("gen_ai.output.messages"));
        Assert.Equal("""[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}]""", span.Value("gen_ai.tool.definitions"));
        Assert.DoesNotContain(span.Attributes, a => a.Key.StartsWith("llm.", StringComparison.Ordinal) || a.Key.StartsWith("input.", StringComparison.Ordinal) || a.Key.StartsWith("openinference.", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_MessagesStream_FoldsAndSumsTheInput()
    {
        const string events =
            "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"role\":\"assistant\",\"model\":\"c-1\",\"content\":[],\"usage\":{\"input_tokens\":5,\"cache_read_input_tokens\":20,\"cache_creation_input_tokens\":3,\"output_tokens\":1}}}\n\n" +
            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n" +
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":8}}\n\n";
        var capture = Captures.Stream(EndpointKind.Messages, """{"model":"c","system":"terse","top_k":3,"stream":true,"messages":[{"role":"user","content":"hey"}]}""", events);

        var span = new GenAiConvention(captureContent: true, new OpenInferenceOptions()).Build(capture);

        Assert.Equal((28L, 8L, 20L, 3L), (span.Value("gen_ai.usage.input_tokens"), span.Value("gen_ai.usage.output_tokens"), span.Value("gen_ai.usage.cache_read.input_tokens"), span.Value("gen_ai.usage.cache_creation.input_tokens")));
        Assert.Equal("""[{"type":"text","content":"terse"}]""", span.Value("gen_ai.system_instructions"));
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"hi"}],"finish_reason":"end_turn"}]""", span.Value("gen_ai.output.messages"));
        Assert.Equal((3.0, true), (span.Value("gen_ai.request.top_k"), span.Value("gen_ai.request.stream")));
    }

    [Fact]
    public void Build_ResponsesStream_IsRecorded()
    {
        const string events = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r1\",\"model\":\"g-1\",\"status\":\"completed\",\"conversation\":{\"id\":\"conv_1\"},\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"hi\"}]}],\"usage\":{\"input_tokens\":2,\"output_tokens\":3,\"total_tokens\":5,\"output_tokens_details\":{\"reasoning_tokens\":1}}}}\n\n";

        var span = new GenAiConvention(captureContent: true, new OpenInferenceOptions()).Build(Captures.Stream(EndpointKind.Responses, """{"model":"g","input":"hey"}""", events));

        Assert.Equal(("r1", "g-1", "conv_1", 1L), (span.Value("gen_ai.response.id"), span.Value("gen_ai.response.model"), span.Value("gen_ai.conversation.id"), span.Value("gen_ai.usage.reasoning.output_tokens")));
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"hi"}],"finish_reason":"completed"}]""", span.Value("gen_ai.output.messages"));
    }

    [Fact]
    public void Build_Completions_GivesMessagesUnlessHidden()
    {
        var capture = Captures.Json(EndpointKind.Completions, """{"model":"b","prompt":["One","Two"]}""", """{"choices":[{"text":"a","finish_reason":"length"}]}""");

        var span = new GenAiConvention(captureContent: true, new OpenInferenceOptions()).Build(capture);
        var hidden = new GenAiConvention(captureContent: true, new OpenInferenceOptions { HidePrompts = true, HideChoices = true }).Build(capture);

        Assert.Equal("""[{"role":"user","parts":[{"type":"text","content":"One"}]},{"role":"user","parts":[{"type":"text","content":"Two"}]}]""", span.Value("gen_ai.input.messages"));
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"a"}],"finish_reason":"length"}]""", span.Value("gen_ai.output.messages"));
        Assert.Null(hidden.Value("gen_ai.input.messages"));
        Assert.Null(hidden.Value("gen_ai.output.messages"));
    }

    [Theory]
    [InlineData(429, false, "429", "Error code: 429")]
    [InlineData(503, true, "500", "Error code: 503 - no")]
    public void Build_Failure_HasTypeAndBodyOnlyWithCapture(int status, bool capture, string type, string description)
    {
        var span = new GenAiConvention(capture, new OpenInferenceOptions()).Build(Captures.Json(EndpointKind.ChatCompletions, ChatRequest, "no", status));

        Assert.Equal((ActivityStatusCode.Error, type, description), (span.Status, span.Value("error.type"), span.StatusDescription));
        Assert.Empty(span.Events);
    }

    [Fact]
    public void Both_IsTheOpenInferenceSpanWithAdditions()
    {
        foreach (var pair in VectorFolder.Carried.Pairs())
        {
            var (cassette, expected) = (pair.LoadCassette(), pair.LoadSpan());
            var span = new BothConvention(captureContent: true, new OpenInferenceOptions()).Build(Captures.Of(cassette, expected));

            Assert.Equal("", string.Join('\n', SpanComparer.Compare(expected, span.ToOtlp(), pair, cassette)));
            Assert.NotNull(span.Value("gen_ai.operation.name"));
            Assert.Equal(span.Status == ActivityStatusCode.Error, span.Value("error.type") is string);
        }
    }

    [Fact]
    public void Both_Failure_NamesTheExceptionClass()
        => Assert.Equal("RateLimitError", new BothConvention(false, new OpenInferenceOptions()).Build(Captures.Json(EndpointKind.ChatCompletions, ChatRequest, "no", 429)).Value("error.type"));

    [Fact]
    public void Embeddings_FloatAnswer_HasItsDimension()
    {
        var span = new GenAiConvention(false, new OpenInferenceOptions()).Build(
            Captures.Json(EndpointKind.Embeddings, """{"model":"e","input":"a","encoding_format":"float"}""", """{"model":"e-1","data":[{"embedding":[1,2,3]}],"usage":{"prompt_tokens":2,"total_tokens":2}}""") with { Schema = ProviderSchema.AzureOpenAI });

        Assert.Equal(["gen_ai.embeddings.dimension.count=3", "gen_ai.operation.name=embeddings", "gen_ai.provider.name=azure.ai.openai", "gen_ai.request.encoding_formats=float", "gen_ai.request.model=e", "gen_ai.response.model=e-1", "gen_ai.usage.input_tokens=2"], Shown(span));
    }

    private static IEnumerable<string> Shown(SpanRecord span) => span.Attributes
        .Select(a => FormattableString.Invariant($"{a.Key}={(a.Value is string[] list ? string.Join(',', list) : a.Value)}"))
        .Order(StringComparer.Ordinal);
}
