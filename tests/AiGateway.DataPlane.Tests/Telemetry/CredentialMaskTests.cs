using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class CredentialMaskTests
{
    private const string Key = "sk-pla/nted+1==";

    [Theory]
    [InlineData("sk-pla/nted+1==", "__REDACTED__")]
    [InlineData("a sk-pla/nted+1==sk-pla/nted+1== b", "a __REDACTED____REDACTED__ b")]
    [InlineData("\"sk-pla\\/nted+1==\"", "\"__REDACTED__\"")]
    [InlineData("\"sk-pla/nted\\u002B1==\"", "\"__REDACTED__\"")]
    [InlineData("sk-pla/nted+2==", "sk-pla/nted+2==")]
    [InlineData("", "")]
    public void Apply_WhereverTheKeyIs_LeavesAMarker(string text, string expected) => Assert.Equal(expected, Applied(text, Key));

    [Fact]
    public void Apply_WithAPlaceholderForAKey_LeavesWordsAlone() => Assert.Equal("none of these", Applied("none of these", "none"));

    [Fact]
    public void Apply_TakesOutEveryCredential() =>
        Assert.Equal("__REDACTED__ or __REDACTED__", Encoding.UTF8.GetString(CredentialMask.Apply("sk-client-1 or sk-client-2"u8.ToArray(), [new SecretString("sk-client-1"), new SecretString("sk-client-2")]).Span));

    [Fact]
    public void Apply_WithoutTheKey_CopiesNothing()
    {
        ReadOnlyMemory<byte> bytes = "an answer"u8.ToArray();

        Assert.Equal(bytes, CredentialMask.Apply(bytes, [new SecretString(Key)])); // the same memory
    }

    [Fact]
    public void Span_OfAStreamThatCutsTheKey_DoesNotHaveIt()
    {
        const string delta = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
        var capture = Captures.Stream(EndpointKind.ChatCompletions, "{}", $"{delta}{Key[..5]}\"}}}}]}}\n\n{delta}{Key[5..]}\"}}}}]}}\n\ndata: [DONE]\n\n") with { Credentials = [new SecretString(Key)] };

        var span = new OpenInferenceConvention(new OpenInferenceOptions()).Build(capture);

        Assert.Equal("__REDACTED__", span.Attributes.Single(static attribute => attribute.Key == "llm.output_messages.0.message.content").Value);
        Assert.DoesNotContain(span.Attributes, static attribute => attribute.Value.ToString()!.Contains(Key, StringComparison.Ordinal));
    }

    private static string Applied(string text, string key) => Encoding.UTF8.GetString(CredentialMask.Apply(Encoding.UTF8.GetBytes(text), [new SecretString(key)]).Span);
}
