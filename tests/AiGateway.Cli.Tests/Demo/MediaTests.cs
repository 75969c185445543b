using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class MediaTests
{
    [Fact]
    public void TextVector_SimilarTexts_AreNearerThanOthers()
    {
        const string Query = "How do I reset my password?";
        string[] near = ["How can I reset a password?", "password reset", "Resetting passwords"];
        string[] far = ["The train to Vienna leaves at noon.", "A recipe for plum dumplings", "Quarterly revenue by region"];

        foreach (var other in near)
        {
            foreach (var unrelated in far)
                Assert.True(Cosine(Query, other) > Cosine(Query, unrelated) + 0.05, $"{other}: {Cosine(Query, other)}, {unrelated}: {Cosine(Query, unrelated)}");
        }
    }

    [Theory]
    [InlineData("Hello", 256)]
    [InlineData("Hello", 3)]
    [InlineData("Hello", 1)]
    [InlineData("…!?", 256)]
    public void TextVector_AnyText_HasUnitLength(string text, int dimensions)
    {
        var vector = TextVector.Of(text, dimensions);

        Assert.Equal(dimensions, vector.Length);
        Assert.Equal(1, vector.Sum(static value => value * value), 4);
    }

    [Fact]
    public async Task Embeddings_Base64_HasTheSameNumbers()
    {
        await using var demo = await DemoClient.StartAsync();

        var floats = await demo.JsonAsync("/v1/embeddings", """{"model":"demo-embedding","input":["one","two"],"dimensions":16}""");
        var encoded = await demo.JsonAsync("/v1/embeddings", """{"model":"demo-embedding","input":["one","two"],"dimensions":16,"encoding_format":"base64"}""");

        for (var i = 0; i < 2; i++)
        {
            var bytes = Convert.FromBase64String(encoded.GetProperty("data")[i].GetProperty("embedding").GetString()!);
            var numbers = Enumerable.Range(0, bytes.Length / 4).Select(at => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at * 4)));
            Assert.Equal(floats.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(static value => value.GetSingle()), numbers);
        }

        Assert.Equal(16, floats.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
        Assert.Equal(2, floats.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"text\"", 1)]
    [InlineData("[1,2,3]", 1)]
    [InlineData("[[1,2],[3]]", 2)]
    public async Task Embeddings_EveryInputForm_GivesOneVectorEach(string input, int vectors)
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync("/v1/embeddings", $$"""{"model":"demo-embedding","input":{{input}}}""");

        Assert.Equal(vectors, answer.GetProperty("data").GetArrayLength());
        Assert.Equal(256, answer.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"model":"demo-embedding"}""")]
    [InlineData("""{"model":"demo-embedding","input":""}""")]
    [InlineData("""{"model":"demo-embedding","input":[]}""")]
    [InlineData("""{"model":"demo-embedding","input":"x","dimensions":0}""")]
    [InlineData("""{"model":"demo-embedding","input":"x","encoding_format":"hex"}""")]
    public async Task Embeddings_BadInput_400(string body)
    {
        await using var demo = await DemoClient.StartAsync();

        await demo.JsonAsync("/v1/embeddings", body, 400);
    }

    [Fact]
    public async Task Image_Png_IsValidAndDependsOnThePrompt()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync("/v1/images/generations", """{"model":"demo-image","prompt":"a cat"}""");
        var other = await demo.JsonAsync("/v1/images/generations", """{"model":"demo-image","prompt":"a dog","response_format":"url"}""");

        var png = Convert.FromBase64String(answer.GetProperty("data")[0].GetProperty("b64_json").GetString()!);
        var pixels = DecodePng(png, out var width, out var height);
        Assert.Equal(width * height * 3 + height, pixels.Length);
        Assert.True(pixels.Distinct().Count() > 2);
        const string DataUrl = "data:image/png;base64,";
        var url = other.GetProperty("data")[0].GetProperty("url").GetString()!;
        Assert.StartsWith(DataUrl, url, StringComparison.Ordinal);
        Assert.NotEqual(pixels, DecodePng(Convert.FromBase64String(url[DataUrl.Length..]), out _, out _));
    }

    [Fact]
    public async Task Speech_Wav_IsValidAndCanBeTranscribed()
    {
        await using var demo = await DemoClient.StartAsync();

        using var spoken = await demo.PostAsync("/v1/audio/speech", """{"model":"demo-speech","input":"five words make one second","voice":"alloy"}""");
        var wav = await spoken.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("audio/wav", spoken.Content.Headers.ContentType?.MediaType);
        Assert.Equal("RIFF", Encoding.ASCII.GetString(wav, 0, 4));
        Assert.Equal(wav.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(wav.AsSpan(4)));
        Assert.Equal(24_000, BinaryPrimitives.ReadInt32LittleEndian(wav.AsSpan(24)));
        Assert.Equal(24_000 * 2, wav.Length - 44);
        Assert.Contains(Enumerable.Range(22, 1000), i => Math.Abs((int)BinaryPrimitives.ReadInt16LittleEndian(wav.AsSpan(i * 2))) > 1000);
        Assert.Equal($"The file \"a.wav\" has {wav.Length} bytes and lasts 1.0 seconds. demo-transcribe hears nothing in it, it only looks at the outside.",
            (await TranscribeAsync(demo, wav)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Speech_PcmAndEvents_CarryTheSameSamples()
    {
        await using var demo = await DemoClient.StartAsync();

        using var raw = await demo.PostAsync("/v1/audio/speech", """{"model":"demo-speech","input":"la la","voice":"alloy","response_format":"pcm"}""");
        var pcm = await raw.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var events = await demo.EventsAsync("/v1/audio/speech", """{"model":"demo-speech","input":"la la","voice":"alloy","response_format":"pcm","stream_format":"sse"}""");

        var streamed = events.SkipLast(1).SelectMany(static e => e.Json.GetProperty("audio").GetBytesFromBase64());
        Assert.Equal(pcm, streamed);
        Assert.Equal("speech.audio.done", events[^1].Json.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Speech_FormatItCannotMake_400()
    {
        await using var demo = await DemoClient.StartAsync();

        var error = await demo.JsonAsync("/v1/audio/speech", """{"model":"demo-speech","input":"x","voice":"alloy","response_format":"mp3"}""", 400);

        Assert.Equal("response_format", error.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("text", "The file \"a.wav\" has 3 bytes.")]
    [InlineData("srt", "1\n00:00:00,000 --> 00:00:00,000\nThe file")]
    [InlineData("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:00.000\nThe file")]
    public async Task Transcription_TextFormats_StartAsTheyShould(string format, string start)
    {
        await using var demo = await DemoClient.StartAsync();

        using var response = await demo.Http.PostAsync("/v1/audio/transcriptions", Form([1, 2, 3], ("response_format", format)), TestContext.Current.CancellationToken);

        Assert.StartsWith(start, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcription_Streamed_JoinsToTheText()
    {
        await using var demo = await DemoClient.StartAsync();

        using var response = await demo.Http.PostAsync("/v1/audio/transcriptions", Form([1, 2, 3], ("stream", "True")), TestContext.Current.CancellationToken);
        var events = SseEvent.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(events[^1].Json.GetProperty("text").GetString(), string.Concat(events.SkipLast(1).Select(static e => e.Json.GetProperty("delta").GetString())));
    }

    [Fact]
    public async Task Transcription_WithoutFile_400()
    {
        await using var demo = await DemoClient.StartAsync();

        using var form = new MultipartFormDataContent { { new StringContent("demo-transcribe"), "model" } };
        using var response = await demo.Http.PostAsync("/v1/audio/transcriptions", form, TestContext.Current.CancellationToken);
        using var notAForm = await demo.PostAsync("/v1/audio/translations", "{}");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(400, (int)notAForm.StatusCode);
    }

    [Fact]
    public async Task Rerank_Documents_ComeByOverlapAndTopN()
    {
        await using var demo = await DemoClient.StartAsync();

        var results = (await demo.JsonAsync("/v2/rerank", """
            {"model":"demo-rerank","query":"capital of France","top_n":2,"documents":["Bananas are yellow.","Paris is the capital of France.","The capital of Austria is Vienna."]}
            """)).GetProperty("results");

        Assert.Equal([1, 2], results.EnumerateArray().Select(static result => result.GetProperty("index").GetInt32()));
        Assert.True(results[0].GetProperty("relevance_score").GetDouble() > results[1].GetProperty("relevance_score").GetDouble());
    }

    [Fact]
    public async Task Tokenize_Prompt_GivesStableTokens()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync("/tokenize", """{"model":"demo-chat","prompt":"to be or not to be","return_token_strs":true}""");

        Assert.Equal(6, answer.GetProperty("count").GetInt32());
        Assert.Equal(["to", " be", " or", " not", " to", " be"], answer.GetProperty("token_strs").EnumerateArray().Select(static token => token.GetString()));
        var tokens = answer.GetProperty("tokens");
        Assert.Equal(tokens[1].GetInt32(), tokens[5].GetInt32());
    }

    [Fact]
    public async Task Completions_StreamedOrNot_SayTheSame()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Request = """{"model":"demo-chat","prompt":"Hello","stream_options":{"include_usage":true}}""";

        var whole = await demo.JsonAsync("/v1/completions", Request);
        var events = await demo.EventsAsync("/v1/completions", Request[..^1] + ",\"stream\":true}");

        var text = string.Concat(events.SkipLast(2).Select(static e => e.Json.GetProperty("choices")[0].GetProperty("text").GetString()));
        Assert.Equal(whole.GetProperty("choices")[0].GetProperty("text").GetString(), text);
        Assert.Equal(whole.GetProperty("usage").GetRawText(), events[^2].Json.GetProperty("usage").GetRawText());
    }

    private static async Task<System.Text.Json.JsonElement> TranscribeAsync(DemoClient demo, byte[] wav)
    {
        using var response = await demo.Http.PostAsync("/v1/audio/transcriptions", Form(wav), TestContext.Current.CancellationToken);
        return DemoClient.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static MultipartFormDataContent Form(byte[] file, params (string Name, string Value)[] fields)
    {
        var content = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
        var form = new MultipartFormDataContent { { new StringContent("demo-transcribe"), "model" }, { content, "file", "a.wav" } };
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        return form;
    }

    private static double Cosine(string one, string two) => TextVector.Of(one).Zip(TextVector.Of(two), static (a, b) => a * b).Sum();

    private static byte[] DecodePng(byte[] png, out int width, out int height)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        (width, height) = (0, 0);
        using var data = new MemoryStream();
        var types = new List<string>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var chunk = png.AsSpan(at + 4, length + 4);
            Assert.Equal(BitwiseCrc(chunk), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)));
            var type = Encoding.ASCII.GetString(chunk[..4]);
            types.Add(type);
            if (type == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(chunk[4..]);
                height = BinaryPrimitives.ReadInt32BigEndian(chunk[8..]);
            }
            else if (type == "IDAT")
            {
                data.Write(chunk[4..]);
            }

            at += 12 + length;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], types);
        data.Position = 0;
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionMode.Decompress))
            zlib.CopyTo(inflated);
        return inflated.ToArray();
    }

    private static uint BitwiseCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
