using System.Diagnostics;
using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class OpenInferenceStreamTests
{
    private const string Request = """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public void Chat_SeveralChoicesCallsAndLogprobs_FoldsAllOfThem()
    {
        var events = Events(
            """{"id":"1","object":"chat.completion.chunk","model":"m-1","choices":[{"index":1,"delta":{"role":"assistant","content":"be"}}],"obfuscation":"x"}""",
            """{"id":"1","object":"chat.completion.chunk","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":1,"id":"c1","type":"function","function":{"name":"g","arguments":"{}"}}]}}]}""",
            """{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c0","type":"function","function":{"name":"f","arguments":"{\"a\""}}]},"logprobs":{"content":[{"token":"a"}]}}]}""",
            """{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\"é🌍\"}"}}]},"logprobs":{"content":[{"token":"b"}]}},{"index":1,"delta":{"content":"ta"},"finish_reason":"length"}]}""",
            """{"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""",
            """{"id":"1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""");

        var span = Build(Captures.Stream(EndpointKind.ChatCompletions, Request, events));

        Assert.Equal(
            """{"id":"1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c0","type":"function","function":{"name":"f","arguments":"{\"a\":\"é🌍\"}"}},{"id":"c1","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":{"content":[{"token":"a"},{"token":"b"}]},"finish_reason":"tool_calls"},{"index":1,"message":{"role":"assistant","content":"beta"},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""",
            span.Value("output.value"));
        Assert.Equal(("tool_calls", "beta", 7L), (span.Value("llm.finish_reason"), span.Value("llm.output_messages.1.message.content"), span.Value("llm.token_count.total")));
        Assert.Equal("c1", span.Value("llm.output_messages.0.message.tool_calls.1.tool_call.id"));
        var first = Assert.Single(span.Events);
        Assert.Equal(("First Token Stream Event", Captures.FirstToken), (first.Name, first.At));
    }

    [Theory]
    [InlineData(EndpointKind.ChatCompletions, """{"id":"1","choices":[{"index":0,"delta":{"content":"x"}}]}""")]
    [InlineData(EndpointKind.Completions, """{"id":"1","choices":[{"index":0,"text":"x"}]}""")]
    public void UsageChunkHidden_CountsAreThere_OutputIsWithout(EndpointKind endpoint, string chunk)
    {
        var events = Events(chunk, """{"id":"1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""");

        var hidden = Build(Captures.Stream(endpoint, Request, events) with { UsageChunkHidden = true });
        var shown = Build(Captures.Stream(endpoint, Request, events));

        Assert.Equal((3L, 4L, 7L), (hidden.Value("llm.token_count.prompt"), hidden.Value("llm.token_count.completion"), hidden.Value("llm.token_count.total")));
        Assert.DoesNotContain("usage", (string?)hidden.Value("output.value"), StringComparison.Ordinal);
        Assert.Contains("usage", (string?)shown.Value("output.value"), StringComparison.Ordinal);
    }

    [Fact]
    public void ClientCancelled_KeepsWhatPassed_WithoutAnException()
    {
        const string events = "data: {\"id\":\"1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\n\ndata: {\"id\":\"1\",\"cho";

        var span = Build(Captures.Stream(EndpointKind.ChatCompletions, Request, events) with { Outcome = ExchangeOutcome.ClientCancelled });

        Assert.Equal((ActivityStatusCode.Error, "client cancelled"), (span.Status, span.StatusDescription));
        Assert.Equal("First Token Stream Event", Assert.Single(span.Events).Name);
        Assert.Equal(("Hel", "m-1"), (span.Value("llm.output_messages.0.message.content"), span.Value("llm.model_name")));
        Assert.Null(span.Value("llm.token_count.total"));
    }

    [Fact]
    public void ChatErrorChunk_IsAFailure_AndKeepsThePartialOutput()
    {
        var events = Events("""{"id":"1","choices":[{"index":0,"delta":{"content":"Hel"}}]}""", """{"error":{"message":"Overloaded","type":"server_error"}}""");

        var span = Build(Captures.Stream(EndpointKind.ChatCompletions, Request, events));

        Assert.Equal("Hel", span.Value("llm.output_messages.0.message.content"));
        AssertException(span, "InternalServerError", """Error code: 200 - {"error":{"message":"Overloaded","type":"server_error"}}""");
    }

    [Fact]
    public void MessagesErrorEvent_IsAFailure_AndKeepsThePartialOutput()
    {
        const string events =
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"role\":\"assistant\",\"model\":\"c\",\"content\":[],\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n" +
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n" +
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"}}\n\n" +
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";

        var span = Build(Captures.Stream(EndpointKind.Messages, Request, events) with { Outcome = ExchangeOutcome.BackendFailed });

        Assert.Equal("f", span.Value("llm.output_messages.0.message.tool_calls.0.tool_call.function.name"));
        Assert.Equal((5L, 1L, 6L), (span.Value("llm.token_count.prompt"), span.Value("llm.token_count.completion"), span.Value("llm.token_count.total")));
        AssertException(span, "OverloadedError", """Error code: 200 - {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""");
    }

    [Fact]
    public void ResponsesCutEarly_GivesTheCreatedResponseAndFinishedItems()
    {
        var events = Events(
            """{"type":"response.created","response":{"id":"r1","model":"g","status":"in_progress","output":[]}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}]}}""",
            """{"type":"response.output_text.delta","output_index":1,"delta":"lost"}""");

        var span = Build(Captures.Stream(EndpointKind.Responses, """{"model":"g","input":"hi"}""", events) with { Outcome = ExchangeOutcome.BackendFailed, ErrorCode = "upstream_reset" });

        Assert.Equal("hm", span.Value("llm.output_messages.0.message.contents.0.message_content.text"));
        AssertException(span, "APIConnectionError", "Error code: 200 - the answer broke off (upstream_reset)");
    }

    [Fact]
    public void ResponsesFailed_IsAFailureWithItsError()
    {
        var events = Events("""{"type":"response.failed","response":{"id":"r1","object":"response","model":"g","status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"},"output":[]}}""");

        var span = Build(Captures.Stream(EndpointKind.Responses, """{"model":"g","input":"hi"}""", events));

        Assert.Equal("failed", span.Value("llm.finish_reason"));
        AssertException(span, "RateLimitError", """Error code: 200 - {"code":"rate_limit_exceeded","message":"slow"}""");
    }

    [Fact]
    public void FoldOverTheLimit_IsCutAndSaysSo()
    {
        var events = Events([.. Enumerable.Range(0, 20).Select(_ => """{"id":"1","choices":[{"index":0,"delta":{"content":"0123456789"}}]}""")]);

        var span = Build(Captures.Stream(EndpointKind.ChatCompletions, Request, events), new OpenInferenceOptions { FoldLimit = 55 });

        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 5)) + "01234", span.Value("llm.output_messages.0.message.content"));
        Assert.Equal("""{"truncated":true}""", span.Value("metadata"));
        Assert.Equal(ActivityStatusCode.Ok, span.Status);
    }

    [Fact]
    public void CaptureCut_SaysSo_AndShowsNoHalfBody()
    {
        var capture = Captures.Json(EndpointKind.ChatCompletions, Request[..30], """{"choices":[{"mess""") with { RequestTruncated = true, ResponseTruncated = true, RequestedModel = "m" };

        var span = Build(capture);

        Assert.Null(span.Value("input.value"));
        Assert.Null(span.Value("output.value"));
        Assert.Equal(("m", """{"truncated":true}"""), (span.Value("llm.model_name"), span.Value("metadata")));
        Assert.Equal(ActivityStatusCode.Ok, span.Status);
    }

    private static string Events(params string[] data) => string.Concat(data.Select(json => $"data: {json}\n\n")) + "data: [DONE]\n\n";

    private static SpanRecord Build(ExchangeCapture capture, OpenInferenceOptions? options = null)
        => new OpenInferenceConvention(options ?? new OpenInferenceOptions(), (what, exception) => Assert.Fail($"{what}: {exception}")).Build(capture);

    private static void AssertException(SpanRecord span, string type, string message)
    {
        Assert.Equal((ActivityStatusCode.Error, $"{type}: {message}"), (span.Status, span.StatusDescription));
        Assert.Equal(["First Token Stream Event", "exception"], span.Events.Select(e => e.Name));
        Assert.Equal([KeyValuePair.Create<string, object>("exception.type", type), KeyValuePair.Create<string, object>("exception.message", message)], span.Events[1].Attributes);
    }
}
