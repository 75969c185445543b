using System.IO.Compression;
using System.Net.Http.Headers;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Answers of backends that are whole: what passes untouched, what is put into the caller's dialect, and what is unpacked.</summary>
public sealed class BackendAnswerTests(Stages stages)
{
    private const string Refusal = """{"error":{"message":"no","unknown":{"number":1e400}}}""";

    private static readonly Dictionary<string, (MockAnswer Answer, string Body)> s_passing = new()
    {
        ["chat"] = (MockAnswer.Json(200, Samples.ChatAnswer), Samples.ChatAnswer),
        ["chat in small pieces"] = (MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(7).Framed(BodyFraming.Chunked), Samples.ChatAnswer),
        ["not the JSON it claims"] = (MockAnswer.Json(200, "{{{{"), "{{{{"),
        ["another content type"] = (MockAnswer.Text(200, "hello"), "hello"),
        ["empty"] = (MockAnswer.Json(200, ""), ""),
        ["no content"] = (MockAnswer.NoBody(204), ""),
        ["after an interim answer"] = (MockAnswer.Json(200, Samples.ChatAnswer).WithInterim(103, ("link", "</a>")), Samples.ChatAnswer),
        ["before the request was read"] = (MockAnswer.Json(413, Refusal) with { RequestBody = RequestBodyPolicy.AnswerFirst }, Refusal),
        ["gzip nobody asked for"] = (MockAnswer.Json(200, Samples.ChatAnswer).Encoded("gzip"), Samples.ChatAnswer),
        ["br nobody asked for"] = (MockAnswer.Json(200, Samples.ChatAnswer).Encoded("br"), Samples.ChatAnswer),
        ["400"] = (MockAnswer.Json(400, Refusal), Refusal),
        ["400 in gzip"] = (MockAnswer.Json(400, Refusal).Encoded("gzip"), Refusal),
        ["429"] = (MockAnswer.TooManyRequests(TimeSpan.FromSeconds(7), Refusal), Refusal),
        ["500"] = (MockAnswer.Json(500, Refusal), Refusal),
        ["503"] = (MockAnswer.Json(503, Refusal), Refusal),
    };

    public static TheoryData<string, Topology> Passing => EachTopology.With(s_passing.Keys);

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task Answer_Whole_KeepsItsStatusAndItsBytes(string name, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (answer, body) = s_passing[name];
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(answer.WithHeader("x-of-provider", "1").WithHeader("set-cookie", "a=b").WithHeader("alt-svc", "h3"));

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("chat"), deadline);

        Assert.Equal((answer.Status, body), (got.Status, got.Text));
        Assert.Single(one.AtFirst);
        Assert.Equal(one.Id, got.Headers["x-request-id"]);
        Assert.Equal("1", got.Headers["x-of-provider"]);
        Assert.Equal(answer.Status == 429 ? "7" : null, got.Headers.GetValueOrDefault("retry-after"));
        Assert.DoesNotContain(got.Headers.Keys, name => name is "set-cookie" or "alt-svc" or "link" or "content-encoding" || name.StartsWith("x-envoy-", StringComparison.Ordinal) || name.StartsWith("x-ai-eg-", StringComparison.Ordinal));
        Assert.Equal(Differences.AnswersNameEnvoy.In(topology) ? "envoy" : null, got.Headers.GetValueOrDefault("server"));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Answer_CompressedForAClientThatReadsIt_PassesByteForByte(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(200, Samples.ChatAnswer).Encoded("gzip"));

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("chat"), deadline, ("accept-encoding", "gzip, zstd"));

        Assert.Equal("gzip", got.Headers["content-encoding"]);
        await using var plain = new GZipStream(new MemoryStream(got.Bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal(Samples.ChatAnswer, await reader.ReadToEndAsync(deadline));
        Assert.Equal("gzip", Assert.Single(one.AtFirst).Headers["accept-encoding"]);
        Assert.Equal(9, (await one.LogEntryAsync(deadline)).GetProperty("gen_ai.usage.input_tokens").GetInt32());
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Stream_CompressedAlthoughNobodyAsked_IsReadable(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Sse(Samples.ChatStream).Encoded("gzip"));

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("chat", stream: true).Replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}", StringComparison.Ordinal), deadline);

        if (Differences.CompressedStreamPasses.In(topology))
        {
            Assert.Equal("gzip", got.Headers["content-encoding"]);
            await using var plain = new GZipStream(new MemoryStream(got.Bytes), CompressionMode.Decompress);
            using var reader = new StreamReader(plain);
            Assert.Equal(Samples.ChatStream, await reader.ReadToEndAsync(deadline));
        }
        else
        {
            Assert.Equal(Samples.ChatStream, got.Text);
        }

        Assert.Equal("identity", Assert.Single(one.AtFirst).Headers["accept-encoding"]);
        Assert.Equal(9, (await one.LogEntryAsync(deadline)).GetProperty("gen_ai.usage.input_tokens").GetInt32());
    }

    private static readonly Dictionary<string, (string Path, string Body, string Type, MockAnswer Answer)> s_texts = new()
    {
        ["chat"] = (Samples.ChatPath, Samples.Chat("chat"), "OpenAIBackendError", MockAnswer.Text(503, "<h1>\"down\"\n")),
        ["chat in gzip"] = (Samples.ChatPath, Samples.Chat("chat"), "OpenAIBackendError", MockAnswer.Text(503, "<h1>\"down\"\n").Encoded("gzip")),
        ["stream"] = (Samples.ChatPath, Samples.Chat("chat", stream: true), "OpenAIBackendError", MockAnswer.Text(503, "<h1>\"down\"\n")),
        ["messages"] = (Samples.MessagesPath, Samples.Messages("claude"), "overloaded_error", MockAnswer.Text(503, "<h1>\"down\"\n")),
    };

    public static TheoryData<string, Topology> Texts => EachTopology.With(s_texts.Keys);

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Error_Text_IsPutIntoTheDialectOfTheCaller(string name, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (path, body, type, answer) = s_texts[name];
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(answer);

        var got = await one.AskAsync(path, body, deadline);

        Assert.Equal((503, "application/json"), (got.Status, got.Headers["content-type"]));
        Assert.Equal("<h1>\"down\"\n", got.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(type, got.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(one.Id, got.Json.GetProperty("request_id").GetString());
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Error_TextOfCohere_IsPutIntoItsShape(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Text(500, "down"));

        var got = await one.AskAsync(Samples.RerankPath, """{"model":"rerank","query":"q","documents":["d"]}""", deadline);

        Assert.Equal((500, "down"), (got.Status, got.Json.GetProperty("message").GetString()));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Error_Of3Megabytes_PassesAsJsonAndIsBoundedAsText(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);

        var json = await stage.Case().First(MockAnswer.Huge(3_000_000, "application/json") with { Status = 500 }).AskAsync(Samples.ChatPath, Samples.Chat("chat"), deadline);
        var text = await stage.Case().First(MockAnswer.Huge(3_000_000, "text/html") with { Status = 500 }).AskAsync(Samples.ChatPath, Samples.Chat("chat"), deadline);

        Assert.Equal((500, 3_000_000), (json.Status, json.Bytes.Length));
        Assert.Equal((500, 256 * 1024), (text.Status, text.Json.GetProperty("error").GetProperty("message").GetString()!.Length));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Speech_BytesOfAnyKind_PassUntouched(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var sound = new byte[300_000];
        new Random(7).NextBytes(sound);
        var one = stage.Case().First(MockAnswer.Bytes(200, "audio/mpeg", sound));

        var got = await one.AskAsync("/v1/audio/speech", """{"model":"chat","input":"hi","voice":"v"}""", deadline);

        Assert.Equal((200, "audio/mpeg"), (got.Status, got.Headers["content-type"]));
        Assert.Equal(sound, got.Bytes);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Transcription_Form_ReachesTheProviderByteForByte(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(200, """{"text":"hello"}"""));
        var file = new byte[100_000];
        new Random(8).NextBytes(file);
        using var form = new MultipartFormDataContent("a-boundary")
        {
            { new StringContent("chat"), "model" },
            { new ByteArrayContent(file) { Headers = { ContentType = MediaTypeHeaderValue.Parse("audio/wav") } }, "file", "hello.wav" },
        };
        var sent = await form.ReadAsByteArrayAsync(deadline);

        using var response = await one.SendAsync(HttpMethod.Post, "/v1/audio/transcriptions", form, deadline);
        var got = await CaseAnswer.ReadAsync(response, deadline);

        Assert.Equal((200, """{"text":"hello"}"""), (got.Status, got.Text));
        var received = Assert.Single(one.AtFirst);
        Assert.Equal(sent, received.Body.ToArray());
        Assert.Equal("multipart/form-data; boundary=\"a-boundary\"", received.Headers["content-type"]);
        Assert.Equal("/v1/audio/transcriptions", received.Target);
    }
}
