using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Requests that the gateway refuses: the same status, code, message and shape everywhere, and no provider hears of them.</summary>
public sealed class RequestFaultTests(Stages stages)
{
    private const string NoRoute = "No matching route found. It is likely because the model specified in your request is not configured in the Gateway. (model 'unknown')";

    private static readonly Dictionary<string, Refusal> s_refusals = new()
    {
        ["unknown model"] = new(Samples.ChatPath, Samples.Chat("unknown"), 404, "model_not_found", NoRoute),
        ["unknown model, Anthropic"] = new(Samples.MessagesPath, Samples.Messages("unknown"), 404, "model_not_found", NoRoute),
        ["unknown model, Cohere"] = new(Samples.RerankPath, """{"model":"unknown","query":"q","documents":[]}""", 404, "model_not_found", NoRoute),
        ["no model"] = new(Samples.ChatPath, """{"messages":[]}""", 400, "model_required"),
        ["model twice"] = new(Samples.ChatPath, """{"model":"chat","model":"claude"}""", 400, "invalid_request"),
        ["model twice, once with an escape"] = new(Samples.ChatPath, """{"model":"chat","\u006dodel":"claude"}""", 400, "invalid_request"),
        ["model that is a number"] = new(Samples.ChatPath, """{"model":5}""", 400, "invalid_request"),
        ["not JSON"] = new(Samples.ChatPath, "model=chat", 400, "invalid_request"),
        ["JSON that is cut off"] = new(Samples.MessagesPath, """{"model":"claude","messages":[{"role":""", 400, "invalid_request"),
        ["two values"] = new(Samples.ChatPath, """{"model":"chat"}{"model":"chat"}""", 400, "invalid_request"),
        ["empty body"] = new(Samples.ChatPath, "", 400, "invalid_request"),
        ["endpoint that the backend does not have"] = new(Samples.ChatPath, Samples.Chat("claude"), 400, "unsupported_endpoint"),
        ["rule without a backend"] = new(Samples.ChatPath, Samples.Chat("nobody"), 500, "no_backend"),
        ["credential that is not there"] = new(Samples.ChatPath, Samples.Chat("tenant"), 401, "missing_upstream_credential", "missing upstream credential: send it in the x-aigw-api-key header"),
        ["coding that nobody reads"] = new(Samples.ChatPath, Samples.Chat("chat"), 415, "unsupported_content_encoding") { Coding = "zstd" },
        ["gzip that is none"] = new(Samples.ChatPath, Samples.Chat("chat"), 400, "invalid_request") { Coding = "gzip" },
    };

    public static TheoryData<string, Topology> Refusals => EachTopology.With(s_refusals.Keys);

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Request_ThatCannotBeServed_IsRefusedInTheDialectOfItsPath(string name, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var refusal = s_refusals[name];
        var stage = await stages.GetAsync(topology);
        var one = stage.Case();
        using var content = new StringContent(refusal.Body, Encoding.UTF8, "application/json");
        if (refusal.Coding is not null) content.Headers.TryAddWithoutValidation("content-encoding", refusal.Coding);

        using var response = await one.SendAsync(HttpMethod.Post, refusal.Path, content, deadline);
        var got = await CaseAnswer.ReadAsync(response, deadline);

        Assert.Equal((refusal.Status, "application/json"), (got.Status, got.Headers["content-type"]));
        AssertError(got, refusal.Path, refusal.Code, refusal.Message, one.Id);
        Assert.Empty(one.AtFirst);
        var entry = await one.LogEntryAsync(deadline);
        Assert.Equal((refusal.Code, "rejected", refusal.Status), (entry.GetProperty("error_code").GetString(), entry.GetProperty("outcome").GetString(), entry.GetProperty("response_code").GetInt32()));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Method_OfAnotherKind_Is405WithAllow(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        foreach (var (method, path, allow) in (IEnumerable<(HttpMethod, string, string)>)[(HttpMethod.Get, Samples.ChatPath, "POST"), (HttpMethod.Put, Samples.MessagesPath, "POST"), (HttpMethod.Delete, "/v1/models", "GET")])
        {
            var one = stage.Case();

            using var response = await one.SendAsync(method, path, content: null, deadline);
            var got = await CaseAnswer.ReadAsync(response, deadline);

            Assert.Equal((405, allow), (got.Status, got.Headers["allow"]));
            AssertError(got, path, "method_not_allowed", null, one.Id);
        }
    }

    public static TheoryData<string, Topology> UnknownPaths => EachTopology.With((string[])["/v1/unknown", "/anthropic/v1/messages/unknown", "/cohere/v1/unknown"]);

    [Theory]
    [MemberData(nameof(UnknownPaths))]
    public async Task Path_ThatNobodyServes_Is404InTheDialectOfItsBeginning(string path, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case();

        var got = await one.AskAsync(path, Samples.Chat("chat"), deadline);

        Assert.Equal(404, got.Status);
        AssertError(got, path, "unknown_path", Differences.UnknownPathIsNotQuoted.In(topology) ? "unsupported path" : $"unsupported path: {path}", one.Id);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Body_OverTheLimit_Is413InTheDialect(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        foreach (var (path, model) in (IEnumerable<(string, string)>)[(Samples.ChatPath, "chat"), (Samples.MessagesPath, "claude")])
        {
            var one = stage.Case();
            await using var client = await one.ConnectAsync(deadline);
            var sending = SendLargeAsync(client, path, model, one.Id, deadline);

            var response = await client.ReadResponseAsync(deadline);

            Assert.Equal((413, BodyEnd.Complete), (response.Status, response.End));
            var error = JsonElement.Parse(response.BodyText).GetProperty("error");
            Assert.Equal("request_too_large", error.GetProperty("code").GetString());
            Assert.Equal(!Differences.LimitIsNotNamed.In(topology), error.GetProperty("message").GetString()!.Contains("4194304", StringComparison.Ordinal));
            Assert.Equal(path == Samples.MessagesPath, JsonElement.Parse(response.BodyText).TryGetProperty("type", out _));
            await sending;
            Assert.Empty(one.AtFirst);
        }
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Body_Compressed_ReachesTheProviderPlain(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(200, Samples.ChatAnswer));
        using var target = new MemoryStream();
        await using (var gzip = new GZipStream(target, CompressionLevel.Fastest)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(Samples.Chat("chat")), deadline);
        using var content = new ByteArrayContent(target.ToArray());
        content.Headers.TryAddWithoutValidation("content-type", "application/json");
        content.Headers.TryAddWithoutValidation("content-encoding", "gzip");

        using var response = await one.SendAsync(HttpMethod.Post, Samples.ChatPath, content, deadline);

        Assert.Equal(200, (int)response.StatusCode);
        var received = Assert.Single(one.AtFirst);
        Assert.Equal(Samples.Chat("chat"), received.BodyText);
        Assert.False(received.Headers.Contains("content-encoding"));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Models_List_IsThatOfTheRoutes(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);

        using var openai = await stage.Case().SendAsync(HttpMethod.Get, "/v1/models", content: null, deadline);
        using var anthropic = await stage.Case().SendAsync(HttpMethod.Get, "/anthropic/v1/models?limit=2", content: null, deadline);
        using var unknown = await stage.Case().SendAsync(HttpMethod.Get, "/v1/models/none", content: null, deadline);

        var list = (await CaseAnswer.ReadAsync(openai, deadline)).Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        Assert.Equal(["retried", "chat", "claude", "rerank"], list.Take(4)); // routes by their names, rules as written
        Assert.Equal(2, (await CaseAnswer.ReadAsync(anthropic, deadline)).Json.GetProperty("data").GetArrayLength());
        Assert.Equal((404, "model_not_found"), ((int)unknown.StatusCode, (await CaseAnswer.ReadAsync(unknown, deadline)).ErrorCode));
    }

    private static void AssertError(CaseAnswer got, string path, string code, string? message, string requestId)
    {
        var error = got.Json;
        if (!path.StartsWith("/cohere", StringComparison.Ordinal)) error = error.GetProperty("error");
        Assert.Equal(path.StartsWith("/anthropic", StringComparison.Ordinal) ? "error" : null, got.Json.TryGetProperty("type", out var type) ? type.GetString() : null);
        Assert.Equal(code, error.GetProperty("code").GetString());
        if (message is not null) Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.Equal((requestId, requestId), (got.Json.GetProperty("request_id").GetString(), got.Headers["x-request-id"]));
    }

    private static async Task SendLargeAsync(RawHttpClient client, string path, string model, string id, CancellationToken cancellationToken)
    {
        var block = new byte[1_000_000];
        block.AsSpan().Fill((byte)'x');
        var start = Encoding.UTF8.GetBytes($$"""{"model":"{{model}}","messages":[{"role":"user","content":" """);
        try
        {
            await client.SendAsync($"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-request-id: {id}\r\n{Stage.CaseHeader}: {id}\r\ncontent-length: {start.Length + (20 * block.Length)}\r\n\r\n", cancellationToken);
            await client.SendAsync(start, cancellationToken);
            for (var i = 0; i < 20; i++) await client.SendAsync(block, cancellationToken);
        }
        catch (IOException)
        {
            // The gateway does not have to take what it has refused.
        }
    }

    private sealed record Refusal(string Path, string Body, int Status, string Code, string? Message = null)
    {
        public string? Coding { get; init; }
    }
}
