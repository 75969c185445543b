using System.Text;
using System.Text.Json;
using AiGateway.DataPlane.Json;

namespace AiGateway.DataPlane.Tests.Json;

public sealed class JsonMemberScannerTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Scan_RandomDocumentsInRandomPieces_FindsWhatAParserFinds(int seed)
    {
        var random = new RandomJson(seed);
        for (var i = 0; i < 200; i++)
        {
            var text = random.Object(
                ("model", random.Text),
                ("usage", () => random.Value(3)),
                ("message", () => random.Object(("model", random.Text), ("usage", () => random.Value(2)))));
            var message = JsonMember.Parent("message");
            JsonMember[] members = [new("model"), new("usage", limit: 65536), new("model", message), new("usage", message, limit: 65536)];
            var scanner = new JsonMemberScanner([members[0], members[1], message, members[2], members[3]]);
            foreach (var piece in random.Cut(text)) scanner.Feed(piece.Span);

            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var inner = root.TryGetProperty("message", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
            Assert.True(scanner.Complete, text);
            Assert.Equal((string?[])[Raw(root, "model"), Raw(root, "usage"), Raw(inner, "model"), Raw(inner, "usage")], members.Select(Found));
        }
    }

    [Theory]
    [InlineData("""{"model":"a\"b","usage":1}""", "\"a\\\"b\"", "1")]
    [InlineData("""{"x":"\"usage\":2","usage":3}""", null, "3")]
    [InlineData("""{"x":{"usage":1},"usage":{"a":[{"b":"}"}]}}""", null, """{"a":[{"b":"}"}]}""")]
    [InlineData("""{"x":[[[[{"usage":5}]]]],"model":null}""", "null", null)]
    public void Scan_OddDocuments_FindsOnlyTheRootMembers(string text, string? model, string? usage)
    {
        JsonMember[] members = [new("model"), new("usage")];
        var scanner = new JsonMemberScanner(members);

        scanner.Feed(Encoding.UTF8.GetBytes(text));

        Assert.Equal((string?[])[model, usage], members.Select(Found));
    }

    [Fact]
    public void Scan_ValueOverItsLimit_IsNotSaid()
    {
        var member = new JsonMember("model", limit: 10);
        var scanner = new JsonMemberScanner(member);

        scanner.Feed("""{"model":"12345678901234567890"}"""u8);

        Assert.False(member.Found);
    }

    private static string? Found(JsonMember member) => member.Found ? Encoding.UTF8.GetString(member.Value) : null;

    private static string? Raw(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetRawText() : null;
}
