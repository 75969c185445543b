using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.GenAi;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Tests.Telemetry;

/// <summary>The product's stricter rules, which the reference's vectors do not know.</summary>
public sealed class OpenInferenceMaskingTests
{
    private const string Secret = "TOPSECRET";

    [Theory]
    [InlineData(EndpointKind.Rerank, """{"model":"m","query":"TOPSECRET","documents":["TOPSECRET",{"text":"TOPSECRET","metadata":{"a":"TOPSECRET"}}]}""", """{"results":[{"index":1,"relevance_score":1}]}""")]
    [InlineData(EndpointKind.Embeddings, """{"model":"m","input":["TOPSECRET"]}""", """{"data":[]}""")]
    [InlineData(EndpointKind.ImageGenerations, """{"model":"m","prompt":"TOPSECRET"}""", """{"data":[]}""")]
    [InlineData(EndpointKind.AudioSpeech, """{"model":"m","input":"TOPSECRET","instructions":"TOPSECRET"}""", "")]
    [InlineData(EndpointKind.Responses, """{"model":"m","instructions":"TOPSECRET","input":[{"role":"user","content":"TOPSECRET"}],"tools":[{"type":"function","name":"TOPSECRET"}]}""", """{"output":[]}""")]
    [InlineData(EndpointKind.Messages, """{"model":"m","system":"TOPSECRET","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"TOPSECRET"}]}]}""", """{"content":[]}""")]
    [InlineData(EndpointKind.CountTokens, """{"model":"m","messages":[{"role":"user","content":"TOPSECRET"}]}""", """{"input_tokens":1}""")]
    public void HideInputs_LeavesNothingOfTheContent(EndpointKind endpoint, string request, string response)
    {
        var span = new BothConvention(captureContent: true, new OpenInferenceOptions { HideInputs = true }).Build(Captures.Json(endpoint, request, response));

        AssertNoSecret(span);
        Assert.Equal("__REDACTED__", span.Value("input.value"));
    }

    [Theory]
    [InlineData(EndpointKind.ChatCompletions, """{"choices":[{"index":0,"message":{"role":"assistant","content":"TOPSECRET","tool_calls":[{"id":"c","function":{"name":"TOPSECRET","arguments":"TOPSECRET"}}]}}]}""")]
    [InlineData(EndpointKind.Completions, """{"choices":[{"index":0,"text":"TOPSECRET"}]}""")]
    [InlineData(EndpointKind.Messages, """{"role":"assistant","content":[{"type":"thinking","thinking":"TOPSECRET"},{"type":"text","text":"TOPSECRET"}]}""")]
    [InlineData(EndpointKind.Rerank, """{"results":[{"index":9,"relevance_score":1,"document":{"text":"TOPSECRET"}}]}""")]
    public void HideOutputs_LeavesNothingOfTheContent(EndpointKind endpoint, string response)
    {
        var span = new BothConvention(captureContent: true, new OpenInferenceOptions { HideOutputs = true }).Build(Captures.Json(endpoint, """{"model":"m"}""", response));

        AssertNoSecret(span);
        Assert.Equal("__REDACTED__", span.Value("output.value"));
    }

    [Theory]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,TOPSECRET"}]}]}""")]
    [InlineData("""{"input":[{"type":"computer_call_output","call_id":"c","output":{"image_url":"https://example.com/TOPSECRET.png"}}]}""")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:image/png;base64,TOPSECRET"}]}]}""")]
    [InlineData("""{"input":[{"result":"TOPSECRET","type":"image_generation_call"}]}""")]
    public void HideInputImages_Responses_AreMarkedEverywhere(string request)
        => AssertNoSecret(new BothConvention(captureContent: true, new OpenInferenceOptions { HideInputImages = true }).Build(Captures.Json(EndpointKind.Responses, request, "{}")));

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":[{"source":{"data":"TOPSECRET","media_type":"image/png","type":"base64"},"type":"image"}]}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://example.com/TOPSECRET"}}]}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"TOPSECRET"}}]}]}]}""")]
    public void HideInputImages_Messages_AreMarkedEverywhere(string request)
        => AssertNoSecret(new BothConvention(captureContent: true, new OpenInferenceOptions { HideInputImages = true }).Build(Captures.Json(EndpointKind.Messages, request, "{}")));

    [Fact]
    public void HideInputImages_RewritesOnlyTheImages()
    {
        const string request = "{ \"messages\" : [ {\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"detail\":\"low\",\"url\":\"https://example.com/a\"}}, {\"type\":\"text\",\"text\":\"\\u00e9 \u2028 1e400 é\"}]}],\n\"seed\":1e400}";

        var span = new OpenInferenceConvention(new OpenInferenceOptions { HideInputImages = true }).Build(Captures.Json(EndpointKind.ChatCompletions, request, "{}"));

        Assert.Equal(request.Replace("https://example.com/a", "__REDACTED__", StringComparison.Ordinal), span.Value("input.value"));
    }

    [Fact]
    public void HideInputImages_UnreadableBody_IsHiddenWhole()
    {
        var span = new OpenInferenceConvention(new OpenInferenceOptions { HideInputImages = true }).Build(Captures.Json(EndpointKind.ChatCompletions, """{"messages":["data:image/png;base64,TOPSECRET""", "{}"));

        AssertNoSecret(span);
    }

    [Fact]
    public void ImageLimit_CountsTheWholeUrl()
    {
        static object? Value(int length)
        {
            var request = $$$"""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{new string('A', length - 22)}}}"}}]}]}""";
            return new OpenInferenceConvention(new OpenInferenceOptions { Base64ImageMaxLength = 100 }).Build(Captures.Json(EndpointKind.Messages, request, "{}"))
                .Value("llm.input_messages.0.message.contents.0.message_content.image.image.url");
        }

        Assert.Equal(100, ((string?)Value(100))?.Length);
        Assert.Equal("__REDACTED__", Value(101));
    }

    [Fact]
    public void TextSwitches_LeaveTheBodies()
    {
        var span = new OpenInferenceConvention(new OpenInferenceOptions { HideInputText = true, HideOutputText = true }).Build(
            Captures.Json(EndpointKind.ChatCompletions, """{"messages":[{"role":"user","content":"TOPSECRET"}]}""", """{"choices":[{"message":{"role":"assistant","content":"TOPSECRET"}}]}"""));

        Assert.Contains(Secret, (string?)span.Value("input.value"), StringComparison.Ordinal);
        Assert.Equal(("__REDACTED__", "__REDACTED__"), (span.Value("llm.input_messages.0.message.content"), span.Value("llm.output_messages.0.message.content")));
    }

    private static void AssertNoSecret(SpanRecord span)
        => Assert.DoesNotContain(span.Attributes, attribute => attribute.Value is string text && text.Contains(Secret, StringComparison.Ordinal));
}
