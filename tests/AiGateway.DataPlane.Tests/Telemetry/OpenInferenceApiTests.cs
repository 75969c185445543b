using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.OpenInference;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

/// <summary>What the recorded exchanges lack: whole spans of the other endpoints.</summary>
public sealed class OpenInferenceApiTests
{
    [Fact]
    public void Rerank_DocumentsOfBothForms_RecordsQueryRanksAndCopies()
    {
        const string request = """{"model":"rerank-v3.5","query":"capital?","top_n":2,"documents":["Paris",{"id":"d7","text":"Oslo","metadata":{"lang":"no"}}]}""";
        const string response = """{"id":"r1","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.25}],"meta":{"billed_units":{"search_units":1}}}""";

        AssertSpan(Captures.Json(EndpointKind.Rerank, request, response), "Rerank", new()
        {
            ["openinference.span.kind"] = "RERANKER",
            ["llm.system"] = "cohere",
            ["llm.provider"] = "cohere",
            ["reranker.model_name"] = "rerank-v3.5",
            ["input.value"] = request,
            ["input.mime_type"] = "application/json",
            ["output.value"] = response,
            ["output.mime_type"] = "application/json",
            ["llm.invocation_parameters"] = """{"model":"rerank-v3.5","top_n":2}""",
            ["reranker.query"] = "capital?",
            ["reranker.top_k"] = 2L,
            ["metadata"] = """{"billed_units":{"search_units":1}}""",
            ["reranker.input_documents.0.document.content"] = "Paris",
            ["reranker.input_documents.1.document.content"] = "Oslo",
            ["reranker.input_documents.1.document.id"] = "d7",
            ["reranker.input_documents.1.document.metadata"] = """{"lang":"no"}""",
            ["reranker.output_documents.0.document.score"] = 0.9,
            ["reranker.output_documents.0.document.content"] = "Oslo",
            ["reranker.output_documents.0.document.id"] = "d7",
            ["reranker.output_documents.0.document.metadata"] = """{"lang":"no"}""",
            ["reranker.output_documents.1.document.score"] = 0.25,
            ["reranker.output_documents.1.document.content"] = "Paris",
        });
    }

    [Theory]
    [InlineData(EndpointKind.ResponsesInputTokens, "ResponsesInputTokens", """{"object":"response.input_tokens","input_tokens":11}""")]
    [InlineData(EndpointKind.CountTokens, "CountTokens", """{"input_tokens":11}""")]
    public void CountingRequests_AreChainsWithThePromptCount(EndpointKind endpoint, string name, string response)
    {
        const string request = """{"model":"m","input":"hi"}""";

        AssertSpan(Captures.Json(endpoint, request, response), name, new()
        {
            ["openinference.span.kind"] = "CHAIN",
            ["llm.model_name"] = "m",
            ["input.value"] = request,
            ["input.mime_type"] = "application/json",
            ["output.value"] = response,
            ["output.mime_type"] = "application/json",
            ["llm.token_count.prompt"] = 11L,
        });
    }

    [Fact]
    public void Tokenize_ChatForm_RecordsItsSwitchesAndLengths()
    {
        const string request = """{"model":"m","messages":[{"role":"user","content":"hi"}],"add_generation_prompt":true}""";
        const string response = """{"count":3,"max_model_len":4096,"tokens":[1,2,3]}""";

        AssertSpan(Captures.Json(EndpointKind.Tokenize, request, response), "Tokenize", new()
        {
            ["openinference.span.kind"] = "CHAIN",
            ["llm.model_name"] = "m",
            ["input.value"] = request,
            ["input.mime_type"] = "application/json",
            ["output.value"] = response,
            ["output.mime_type"] = "application/json",
            ["llm.token_count.prompt"] = 3L,
            ["tokenize.request_type"] = "chat",
            ["tokenize.message_count"] = 1L,
            ["tokenize.add_generation_prompt"] = true,
            ["tokenize.token_count"] = 3L,
            ["tokenize.max_model_len"] = 4096L,
            ["tokenize.tokens_returned"] = 3L,
        });
    }

    [Fact]
    public void Speech_BinaryAnswer_IsCountedButNotStored()
    {
        const string request = """{"model":"tts-1","input":"Say it","voice":"alloy"}""";
        var capture = Captures.Json(EndpointKind.AudioSpeech, request, "ID3\u0001") with { ResponseContentType = "audio/mpeg", ResponseBytes = 48213 };

        AssertSpan(capture, "AudioSpeech", new()
        {
            ["openinference.span.kind"] = "LLM",
            ["llm.system"] = "openai",
            ["llm.provider"] = "openai",
            ["llm.model_name"] = "tts-1",
            ["input.value"] = request,
            ["input.mime_type"] = "application/json",
            ["llm.invocation_parameters"] = """{"model":"tts-1","voice":"alloy"}""",
            ["metadata"] = """{"audio_bytes":48213}""",
        });
    }

    [Fact]
    public void Translation_TextFormat_IsPlainText()
    {
        var capture = Captures.Json(EndpointKind.AudioTranslations, "", "1\n00:00 --> 00:01\nHello {\n") with
        {
            RequestBody = MultipartForm.Build("""{"model":"whisper-1","prompt":"names","response_format":"srt"}"""),
            RequestContentType = MultipartForm.ContentType,
            ResponseContentType = "text/plain; charset=utf-8",
        };

        AssertSpan(capture, "Translation", new()
        {
            ["openinference.span.kind"] = "LLM",
            ["llm.system"] = "openai",
            ["llm.provider"] = "openai",
            ["llm.model_name"] = "whisper-1",
            ["input.value"] = """{"model":"whisper-1","prompt":"names","response_format":"srt"}""",
            ["input.mime_type"] = "application/json",
            ["output.value"] = "1\n00:00 --> 00:01\nHello {\n",
            ["output.mime_type"] = "text/plain",
            ["llm.invocation_parameters"] = """{"model":"whisper-1","response_format":"srt"}""",
        });
    }

    [Fact]
    public void Transcription_Stream_TakesTheFinalEvent()
    {
        const string events =
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hel\"}\n\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"lo\"}\n\n" +
            "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"input_token_details\":{\"audio_tokens\":13},\"output_tokens\":2,\"total_tokens\":16}}\n\n";
        var capture = Captures.Stream(EndpointKind.AudioTranscriptions, "", events) with
        {
            RequestBody = MultipartForm.Build("""{"model":"gpt-4o-transcribe","timestamp_granularities[]":["word","segment"]}"""),
            RequestContentType = MultipartForm.ContentType,
        };

        var span = Build(capture);

        Assert.Equal("First Token Stream Event", Assert.Single(span.Events).Name);
        Assert.Equal("""{"model":"gpt-4o-transcribe","timestamp_granularities[]":["word","segment"]}""", span.Value("input.value"));
        Assert.Contains("\"text\":\"Hello\"", (string?)span.Value("output.value"), StringComparison.Ordinal);
        Assert.Equal((14L, 2L, 16L, 13L), (span.Value("llm.token_count.prompt"), span.Value("llm.token_count.completion"), span.Value("llm.token_count.total"), span.Value("llm.token_count.prompt_details.audio")));
    }

    [Fact]
    public void Image_Base64OverTheLimit_IsMarkedInTheAnswer()
    {
        var response = $$$"""{"created":1,"data":[{"b64_json":"{{{new string('A', 101)}}}"},{"b64_json":"{{{new string('B', 100)}}}"}],"usage":{"input_tokens":5,"output_tokens":7,"total_tokens":12}}""";
        const string request = """{"model":"gpt-image-1","prompt":"a cat","size":"256x256"}""";

        var span = Build(Captures.Json(EndpointKind.ImageGenerations, request, response), new OpenInferenceOptions { Base64ImageMaxLength = 100 });

        Assert.Equal(response.Replace(new string('A', 101), "__REDACTED__", StringComparison.Ordinal), span.Value("output.value"));
        Assert.Equal("""{"model":"gpt-image-1","size":"256x256"}""", span.Value("llm.invocation_parameters"));
        Assert.Equal((5L, 7L, 12L), (span.Value("llm.token_count.prompt"), span.Value("llm.token_count.completion"), span.Value("llm.token_count.total")));
    }

    [Fact]
    public void Chat_AudioToolsAndCustomCalls_AreRecordedInPlace()
    {
        const string request = """
            {"model":"m","messages":[
            {"role":"user","content":[{"type":"file","file":{"file_id":"f"}},{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},{"type":"text","text":"what?"}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"custom","custom":{"name":"sql","input":"select 1"}}]}]}
            """;
        const string response = """{"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":null,"audio":{"id":"a","data":"AAAA","transcript":"yes"}}}]}""";

        var span = Build(Captures.Json(EndpointKind.ChatCompletions, request, response));

        Assert.Equal("audio", span.Value("llm.input_messages.0.message.contents.0.message_content.type"));
        Assert.Equal("audio/wav", span.Value("llm.input_messages.0.message.contents.0.message_content.audio.audio.mime_type"));
        Assert.Equal("data:audio/wav;base64,UklG", span.Value("llm.input_messages.0.message.contents.0.message_content.audio.audio.url"));
        Assert.Equal("what?", span.Value("llm.input_messages.0.message.contents.1.message_content.text"));
        Assert.Equal("sql", span.Value("llm.input_messages.1.message.tool_calls.0.tool_call.function.name"));
        Assert.Equal("select 1", span.Value("llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments"));
        Assert.Equal("yes", span.Value("llm.output_messages.0.message.contents.0.message_content.audio.audio.transcript"));
        Assert.Null(span.Value("llm.output_messages.0.message.contents.0.message_content.audio.audio.url"));
    }

    [Fact]
    public void Messages_SeveralToolResults_BecomeSeveralMessages()
    {
        const string request = """
            {"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"cold"},
            {"type":"text","text":"so?"},{"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"noon"}]}]},{"role":"assistant","content":"well"}]}
            """;

        var span = Build(Captures.Json(EndpointKind.Messages, request, "{}"));

        string[] expected =
        [
            "0.message.role = tool", "0.message.tool_call_id = t1", "0.message.content = cold",
            "1.message.role = tool", "1.message.tool_call_id = t2", """1.message.content = [{"type":"text","text":"noon"}]""",
            "2.message.role = user", "2.message.contents.0.message_content.type = text", "2.message.contents.0.message_content.text = so?",
            "3.message.role = assistant", "3.message.content = well",
        ];
        Assert.Equal(expected, span.Attributes.Where(a => a.Key.StartsWith("llm.input_messages.", StringComparison.Ordinal)).Select(a => $"{a.Key["llm.input_messages.".Length..]} = {a.Value}"));
    }

    [Fact]
    public void Responses_EveryItemKind_FollowsTheTable()
    {
        const string request = """
            {"model":"m","input":[
            {"type":"item_reference","id":"x"},
            {"type":"custom_tool_call","call_id":"c1","name":"sql","input":"select 1"},
            {"type":"custom_tool_call_output","call_id":"c1","output":[{"type":"input_text","text":"1"}]},
            {"type":"file_search_call","id":"fs1","queries":["q"]},
            {"type":"computer_call","call_id":"cc1","action":{"type":"click","x":1}},
            {"type":"computer_call_output","call_id":"cc1","output":{"type":"computer_screenshot","image_url":"https://example.com/s.png"}},
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}]},
            {"role":"user","content":[{"type":"input_file","file_id":"f"},{"type":"input_image","file_id":"f"},{"type":"input_image","image_url":"https://example.com/i.png"}]}]}
            """;
        const string response = """{"model":"m","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":1,"output_tokens":0,"total_tokens":1}}""";

        var span = Build(Captures.Json(EndpointKind.Responses, request, response), new OpenInferenceOptions { RecordReasoningIds = true });

        string[] expected =
        [
            "0.message.role = assistant", "0.message.tool_calls.0.tool_call.id = c1", "0.message.tool_calls.0.tool_call.function.name = sql",
            """0.message.tool_calls.0.tool_call.function.arguments = {"input":"select 1"}""",
            "1.message.role = tool", "1.message.tool_call_id = c1", """1.message.content = [{"type":"input_text","text":"1"}]""",
            "2.message.role = assistant", "2.message.tool_calls.0.tool_call.id = fs1", "2.message.tool_calls.0.tool_call.function.name = file_search_call",
            "3.message.role = assistant", "3.message.tool_calls.0.tool_call.id = cc1", "3.message.tool_calls.0.tool_call.function.name = computer_call",
            """3.message.tool_calls.0.tool_call.function.arguments = {"type":"click","x":1}""",
            "4.message.role = tool", "4.message.tool_call_id = cc1", "4.message.contents.0.message_content.type = image",
            "4.message.contents.0.message_content.image.image.url = https://example.com/s.png",
            "5.message.role = assistant", "5.message.contents.0.message_content.type = reasoning", "5.message.contents.0.message_content.text = a\nb",
            "5.message.contents.0.message_content.id = rs_1",
            "6.message.role = user", "6.message.contents.0.message_content.type = image", "6.message.contents.0.message_content.image.image.url = https://example.com/i.png",
        ];
        Assert.Equal(expected, span.Attributes.Where(a => a.Key.StartsWith("llm.input_messages.", StringComparison.Ordinal)).Select(a => $"{a.Key["llm.input_messages.".Length..]} = {a.Value}"));
        Assert.Equal("max_output_tokens", span.Value("llm.finish_reason"));
    }

    [Fact]
    public void Models_OverrideAndTranslation_AreVisible()
    {
        var capture = Captures.Json(EndpointKind.ChatCompletions, """{"model":"fast","messages":[]}""", """{"model":"fast","choices":[]}""") with { Schema = ProviderSchema.AwsBedrock, ModelOverridden = true, UpstreamModel = "eu.nova" };

        var span = Build(capture);

        Assert.Equal(("openai", "aws", "fast", "fast", "fast"), (span.Value("llm.system"), span.Value("llm.provider"), span.Value("llm.model_name"), span.Value("llm.request.model_name"), span.Value("llm.response.model_name")));
    }

    [Theory]
    [InlineData(ProviderSchema.OpenAI, "api.groq.com", "groq")]
    [InlineData(ProviderSchema.OpenAI, "api.x.ai:443", "xai")]
    [InlineData(ProviderSchema.OpenAI, "127.0.0.1", "openai")]
    [InlineData(ProviderSchema.OpenAI, "notapi.x.ai", "openai")]
    [InlineData(ProviderSchema.OpenAI, "me.openai.azure.com", "azure")]
    [InlineData(ProviderSchema.AzureOpenAI, "api.groq.com", "azure")]
    [InlineData(ProviderSchema.GcpAnthropic, "us-east5-aiplatform.googleapis.com", "google")]
    [InlineData(ProviderSchema.AwsAnthropic, null, "aws")]
    [InlineData(ProviderSchema.Anthropic, null, "anthropic")]
    [InlineData(null, "eu-west1-aiplatform.googleapis.com", "google")]
    [InlineData(null, "llm.internal", null)]
    public void Provider_SchemaThenHost_Decides(ProviderSchema? schema, string? host, string? expected)
        => Assert.Equal(expected, Build(Captures.Json(EndpointKind.ChatCompletions, "{}", "{}") with { Schema = schema, UpstreamHost = host }).Value("llm.provider"));

    [Fact]
    public void Embeddings_VectorsNotRecorded_AreNowhere()
    {
        var capture = Captures.Json(EndpointKind.Embeddings, """{"model":"e","input":["a"]}""", """{"object":"list","data":[{"index":0,"embedding":[0.5,1]}],"model":"e"}""");

        var span = Build(capture, new OpenInferenceOptions { RecordEmbeddingVectors = false });

        Assert.Equal("""{"object":"list","data":[{"index":0}],"model":"e"}""", span.Value("output.value"));
        Assert.DoesNotContain(span.Attributes, a => a.Key.EndsWith(".vector", StringComparison.Ordinal));
        Assert.Equal([0.5, 1], Assert.IsType<double[]>(Build(capture).Value("embedding.embeddings.0.embedding.vector")));
    }

    private static SpanRecord Build(ExchangeCapture capture, OpenInferenceOptions? options = null)
        => new OpenInferenceConvention(options ?? new OpenInferenceOptions(), (what, exception) => Assert.Fail($"{what}: {exception}")).Build(capture);

    private static void AssertSpan(ExchangeCapture capture, string name, Dictionary<string, object> expected)
    {
        var span = Build(capture);
        Assert.Equal(name, span.Name);
        Assert.Equal(ActivityKind.Internal, span.Kind);
        Assert.Equal(ActivityStatusCode.Ok, span.Status);
        Assert.Empty(span.Events);
        Assert.Equal(expected.OrderBy(a => a.Key, StringComparer.Ordinal), span.Attributes.ToDictionary().OrderBy(a => a.Key, StringComparer.Ordinal));
    }
}
