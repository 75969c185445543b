using System.Text;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Routing;

public sealed class PassThroughPairTests
{
    /// <summary>Client path, schema, prefix or version, upstream path, credential header, body as sent.</summary>
    public static TheoryData<string, ProviderSchema, string?, string, string, string> Pairs()
    {
        const string body = """{"model":"m","x":1e400}""";
        const string tokenize = """{"model":"m","prompt":"x"}""";
        var pairs = new TheoryData<string, ProviderSchema, string?, string, string, string>();
        foreach (var suffix in (string[])["/chat/completions", "/completions", "/embeddings", "/responses", "/responses/input_tokens", "/images/generations", "/audio/speech"])
        {
            pairs.Add("/v1" + suffix, ProviderSchema.OpenAI, null, "/v1" + suffix, "authorization: Bearer planted-openai-key", body);
            pairs.Add("/v1" + suffix, ProviderSchema.OpenAI, "v1beta/openai", "/v1beta/openai" + suffix, "authorization: Bearer planted-openai-key", body);
            pairs.Add("/v1" + suffix, ProviderSchema.OpenAI, "", suffix, "authorization: Bearer planted-openai-key", body);
        }

        pairs.Add("/tokenize", ProviderSchema.OpenAI, null, "/tokenize", "authorization: Bearer planted-openai-key", tokenize);
        pairs.Add("/v1/chat/completions", ProviderSchema.AzureOpenAI, null, "/openai/deployments/m/chat/completions?api-version=2025-01-01-preview", "api-key: planted-azure-key", body);
        pairs.Add("/v1/embeddings", ProviderSchema.AzureOpenAI, null, "/openai/deployments/m/embeddings?api-version=2025-01-01-preview", "api-key: planted-azure-key", body);
        pairs.Add("/v1/responses", ProviderSchema.AzureOpenAI, null, "/openai/responses?api-version=2025-01-01-preview", "api-key: planted-azure-key", body);
        pairs.Add("/v1/responses/input_tokens", ProviderSchema.AzureOpenAI, null, "/openai/responses/input_tokens?api-version=2025-01-01-preview", "api-key: planted-azure-key", body);
        pairs.Add("/anthropic/v1/messages", ProviderSchema.Anthropic, null, "/v1/messages", "x-api-key: planted-anthropic-key", body);
        pairs.Add("/anthropic/v1/messages/count_tokens", ProviderSchema.Anthropic, null, "/v1/messages/count_tokens", "x-api-key: planted-anthropic-key", body);
        pairs.Add("/cohere/v2/rerank", ProviderSchema.Cohere, null, "/v2/rerank", "authorization: Bearer planted-openai-key", body);
        pairs.Add("/v1/chat/completions/", ProviderSchema.OpenAI, null, "/v1/chat/completions", "authorization: Bearer planted-openai-key", body);
        pairs.Add("/v1/chat/completions?api_key=1&x=2", ProviderSchema.OpenAI, null, "/v1/chat/completions", "authorization: Bearer planted-openai-key", body);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Request_Pair_ArrivesOnThePathWithTheCredentialAndTheSameBytes(string path, ProviderSchema schema, string? prefix, string target, string credential, string body)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, "{}"));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, schema, backend => prefix is null ? backend : backend with { Prefix = prefix }));

        var (response, answer) = await gateway.AskAsync(path, body, ("authorization", "Bearer of-the-client"), ("x-api-key", "of-the-client"), ("api-key", "of-the-client"), ("anthropic-version", "2023-06-01"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("{}", answer);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal(("POST", target, body), (request.Method, request.Target, request.BodyText));
        Assert.Equal([credential], request.Headers.Where(header => header.Key.ToLowerInvariant() is "authorization" or "x-api-key" or "api-key").Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}"));
        Assert.Equal($"127.0.0.1:{upstream.Port}", request.Headers["host"]);
        Assert.Equal("application/json; charset=utf-8", request.Headers["content-type"]);
        Assert.Equal("2023-06-01", request.Headers["anthropic-version"]);
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), request.Headers["x-request-id"]);
        Assert.Equal(1, (await gateway.NextRecordAsync()).Attempts);
    }

    [Theory]
    [InlineData("""{"model":"m","a":[1, 2]}""", """{"model":"up","a":[1, 2]}""")]
    [InlineData("""{ "a" : {"model":"m"}, "\u006dodel"  :  "m" }""", """{ "a" : {"model":"m"}, "\u006dodel"  :  "up" }""")]
    [InlineData("""{"model":"\u006d","x":12345678901234567890}""", """{"model":"up","x":12345678901234567890}""")]
    public async Task Override_AnySpelling_ReplacesTheValueAlone(string body, string sent)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, backend: backend => backend with { ModelNameOverride = "up" }));

        await gateway.AskAsync("/v1/chat/completions", body);

        Assert.Equal(sent, Assert.Single(upstream.Requests).BodyText);
        var record = await gateway.NextRecordAsync();
        Assert.Equal(("m", "up", "m-1"), (record.RequestedModel, record.UpstreamModel, record.ResponseModel));
    }

    [Theory]
    [InlineData("""{"model":null,"a":1}""", """{"model":"up","a":1}""")]
    [InlineData("""{"a":1}""", """{"model":"up","a":1}""")]
    [InlineData("""{}""", """{"model":"up"}""")]
    public async Task Override_RequestWithoutModelOnACatchAllRule_NamesTheModelOnce(string body, string sent)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot();
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule(null, [snapshot.Backend(upstream.Port, change: backend => backend with { ModelNameOverride = "up" })]));

        await gateway.AskAsync("/v1/chat/completions", body);

        Assert.Equal(sent, Assert.Single(upstream.Requests).BodyText);
    }

    [Fact]
    public async Task Override_Azure_ChangesTheDeploymentAndNotTheBody()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, ProviderSchema.AzureOpenAI, backend => backend with { ModelNameOverride = "my dep/é" }));

        await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        var request = Assert.Single(upstream.Requests);
        Assert.Equal("/openai/deployments/my%20dep%2F%C3%A9/chat/completions?api-version=2025-01-01-preview", request.Target);
        Assert.Equal(Samples.Chat, request.BodyText);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a\nb")]
    public async Task Azure_ModelThatIsNoPathSegment_IsRefused(string model)
    {
        await using var upstream = await MockUpstream.StartAsync();
        var snapshot = new TestSnapshot();
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule(null, [snapshot.Backend(upstream.Port, ProviderSchema.AzureOpenAI)]));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["model"] = model }));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(true, "/v1/audio/transcriptions")]
    [InlineData(false, "/v1/audio/transcriptions")]
    [InlineData(true, "/v1/audio/translations")]
    public async Task Override_Form_ReplacesTheFieldAndKeepsEveryOtherByte(bool modelFirst, string path)
    {
        const string model = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n";
        const string file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\0\u0001model\r\n--\r\n";
        var form = (modelFirst ? model + file : file + model) + "--B--\r\n";
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, """{"text":"hi"}"""));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, backend: backend => backend with { ModelNameOverride = "whisper-large" }));
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
        content.Headers.TryAddWithoutValidation("content-type", "multipart/form-data; boundary=B");

        using var response = await gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal(form.Replace("\r\n\r\nm\r\n", "\r\n\r\nwhisper-large\r\n", StringComparison.Ordinal), Encoding.Latin1.GetString(request.Body.Span));
        Assert.Equal("multipart/form-data; boundary=B", request.Headers["content-type"]);
        Assert.Equal(path, request.Target);
    }

    [Fact]
    public async Task Mutation_HeadersAndBody_ApplyInOrderAndNeverToFraming()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, backend: backend => backend with
        {
            HeaderMutation = new HeaderMutationSpec
            {
                Set = [new("x-tier", "gold"), new("content-type", "application/json"), new("x-ai-eg-model", "no"), new("content-length", "1"), new("transfer-encoding", "chunked"), new("authorization", "mutated")],
                Remove = ["x-drop", "user-agent", "content-language"],
            },
            BodyMutation = new BodyMutationSpec { Remove = ["user"], Set = [new("service_tier", "\"flex\""), new("max_tokens", "5")] },
        }));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", """{"model":"m","user":"u","max_tokens":9}""", ("x-drop", "1"), ("x-tier", "client"), ("user-agent", "ua"));

        Assert.Equal(200, (int)response.StatusCode);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal("""{"model":"m","max_tokens":5,"service_tier":"flex"}""", request.BodyText);
        Assert.Equal("gold", request.Headers["x-tier"]);
        Assert.Equal("application/json", request.Headers["content-type"]);
        Assert.Equal("Bearer planted-openai-key", request.Headers["authorization"]);
        Assert.Equal(request.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), request.Headers["content-length"]);
        Assert.DoesNotContain(["x-drop", "user-agent", "x-ai-eg-model", "transfer-encoding"], request.Headers.Contains);
    }
}
