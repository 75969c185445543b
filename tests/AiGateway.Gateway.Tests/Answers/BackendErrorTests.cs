using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Answers;

/// <summary>Errors of backends: the status stays, JSON stays, other text is wrapped so that the client's library can read it.</summary>
public sealed class BackendErrorTests
{
    private const string Json = """{"error":{"message":"no","code":7}}""";

    public static TheoryData<string, ProviderSchema, string> Endpoints() => new()
    {
        { "/v1/chat/completions", ProviderSchema.OpenAI, "openai" },
        { "/v1/embeddings", ProviderSchema.OpenAI, "openai" },
        { "/v1/responses", ProviderSchema.OpenAI, "openai" },
        { "/v1/responses/input_tokens", ProviderSchema.OpenAI, "openai" },
        { "/v1/images/generations", ProviderSchema.OpenAI, "openai" },
        { "/v1/audio/speech", ProviderSchema.OpenAI, "openai" },
        { "/v1/completions", ProviderSchema.OpenAI, "never" },
        { "/cohere/v2/rerank", ProviderSchema.Cohere, "cohere" },
        { "/anthropic/v1/messages", ProviderSchema.Anthropic, "anthropic" },
        { "/anthropic/v1/messages/count_tokens", ProviderSchema.Anthropic, "never" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Error_Json_PassesUnchanged(string path, ProviderSchema schema, string shape)
    {
        var (status, contentType, body) = await AskAsync(path, schema, MockAnswer.Json(418, Json));

        Assert.Equal((418, "application/json", Json), (status, contentType, body));
        Assert.NotEmpty(shape);
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Error_Text_IsWrappedInTheDialect(string path, ProviderSchema schema, string shape)
    {
        await ExpectWrappedAsync(path, schema, shape, MockAnswer.Text(503, "<h1>\"down\"\n"));
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Error_CompressedText_IsUnpackedAndWrapped(string path, ProviderSchema schema, string shape)
    {
        await ExpectWrappedAsync(path, schema, shape, MockAnswer.Text(503, "<h1>\"down\"\n").Encoded("gzip"));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Error_CompressedJson_IsUnpackedForAClientThatDidNotAskForIt(string coding)
    {
        var (status, _, body) = await AskAsync("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Json(400, Json).Encoded(coding));

        Assert.Equal((400, Json), (status, body));
    }

    [Fact]
    public async Task Error_Huge_KeepsItsStatusAndItsBytes()
    {
        var (status, _, body) = await AskAsync("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Huge(3_000_000, "application/json") with { Status = 500 });

        Assert.Equal((500, 3_000_000), (status, body.Length));
    }

    [Fact]
    public async Task Error_HugeText_IsWrappedUpToABound()
    {
        var (status, contentType, body) = await AskAsync("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Huge(3_000_000, "text/html") with { Status = 500 });

        Assert.Equal((500, "application/json"), (status, contentType));
        using var document = JsonDocument.Parse(body);
        Assert.InRange(document.RootElement.GetProperty("error").GetProperty("message").GetString()!.Length, 100_000, 300_000);
    }

    private static async Task ExpectWrappedAsync(string path, ProviderSchema schema, string shape, MockAnswer answer)
    {
        const string text = "<h1>\"down\"\n";
        var (status, contentType, body) = await AskAsync(path, schema, answer);

        Assert.Equal(503, status);
        if (shape == "never")
        {
            Assert.Equal(text, body);
            return;
        }

        Assert.Equal("application/json", contentType);
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (shape == "cohere")
        {
            Assert.Equal(text, root.GetProperty("message").GetString());
            return;
        }

        Assert.Equal("error", root.GetProperty("type").GetString());
        Assert.Equal(text, root.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(shape == "openai" ? "OpenAIBackendError" : "overloaded_error", root.GetProperty("error").GetProperty("type").GetString());
        if (shape == "openai") Assert.Equal("503", root.GetProperty("error").GetProperty("code").GetString());
        Assert.NotEmpty(root.GetProperty("request_id").GetString()!);
    }

    private static async Task<(int Status, string? ContentType, string Body)> AskAsync(string path, ProviderSchema schema, MockAnswer answer)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(answer);
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, schema));
        var (response, body) = await gateway.AskAsync(path, """{"model":"m"}""");
        Assert.Empty(response.Content.Headers.ContentEncoding);
        var record = await gateway.NextRecordAsync();
        Assert.Equal((ExchangeOutcome.BackendFailed, answer.Status, null), (record.Outcome, record.Status, record.ErrorCode));
        gateway.Logs.ExpectNoErrors();
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body);
    }
}
