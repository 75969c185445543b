using System.Text;
using System.Text.Json;
using AiGateway.DataPlane.Json;

namespace AiGateway.DataPlane.Tests.Json;

public sealed class RequestPeekTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(100, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Read_RandomDocuments_AgreesWithAParser(int seed)
    {
        var random = new RandomJson(seed);
        for (var i = 0; i < 200; i++)
        {
            var text = random.Object(
                ("model", random.Text),
                ("stream", () => random.Random.Next(2) == 0 ? "true" : "false"),
                ("stream_options", () => random.Object(("include_usage", () => random.Random.Next(2) == 0 ? "true" : "false"))),
                ("messages", () => random.Value(3)),
                ("prompt", () => random.Value(1)));
            var bytes = Encoding.UTF8.GetBytes(text);

            Assert.True(RequestPeek.TryRead(bytes, out var peek, out var problem), problem);

            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            Assert.Equal(root.TryGetProperty("model", out var model) ? model.GetString() : null, peek.Model);
            Assert.Equal(root.TryGetProperty("model", out _) ? model.GetRawText() : "", Encoding.UTF8.GetString(bytes[peek.ModelValue]));
            Assert.Equal(IsTrue(root, "stream"), peek.Stream);
            Assert.Equal(root.TryGetProperty("stream_options", out var options) && IsTrue(options, "include_usage"), peek.IncludeUsage);
            Assert.Equal(root.TryGetProperty("messages", out _), peek.HasMessages);
            Assert.Equal(root.TryGetProperty("prompt", out _), peek.HasPrompt);
            Assert.Equal((byte)'}', bytes[peek.ObjectEnd]);
        }
    }

    [Theory]
    [InlineData("""{"\u006dodel":"a"}""", "a")]
    [InlineData("""{"model":"\u0061\/b"}""", "a/b")]
    [InlineData("""{"x":{"model":"no"},"model":"yes"}""", "yes")]
    [InlineData("""{"model":null}""", null)]
    public void Read_Spellings_GiveTheModel(string body, string? model)
    {
        Assert.True(RequestPeek.TryRead(Encoding.UTF8.GetBytes(body), out var peek, out _));

        Assert.Equal(model, peek.Model);
    }

    [Theory]
    [InlineData("""{"\ud800":1,"model":"a"}""")]
    [InlineData("""{"mode\ud800":1,"model":"a"}""")]
    [InlineData("""{"model":"\udc00"}""")]
    [InlineData("""{"model":"a","model":"b"}""")]
    [InlineData("""{"model":"a","mod\u0065l":"b"}""")]
    [InlineData("""{"model":["a"]}""")]
    [InlineData("""{"model":"a"} x""")]
    [InlineData("""{"model":"a",}""")]
    public void Read_DoubtfulBodies_NeverThrow(string body)
    {
        // A name that is no text may be skipped; everything else here is refused. Nothing may throw.
        if (RequestPeek.TryRead(Encoding.UTF8.GetBytes(body), out var peek, out var problem)) Assert.Equal("a", peek.Model);
        else Assert.NotEmpty(problem!);
    }

    [Fact]
    public void Read_ABillionBrackets_IsRefusedWithoutUsingTheStack()
    {
        var body = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 5_000_000));

        Assert.False(RequestPeek.TryRead(body, out _, out var problem));

        Assert.Contains("deeper than 512", problem, StringComparison.Ordinal);
    }

    private static bool IsTrue(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
