using System.Text;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Json;

namespace AiGateway.DataPlane.Tests.Json;

public sealed class BodyEditsTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(200, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Edits_RandomPlacesInRandomOrder_EqualEditsOfText(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var original = new byte[random.Next(1, 60)];
            random.NextBytes(original);
            var starts = Enumerable.Range(0, original.Length).Where(_ => random.Next(6) == 0).ToArray();
            var places = starts.Select((start, i) => (Start: start, End: random.Next(start, i + 1 < starts.Length ? starts[i + 1] : original.Length), With: new byte[random.Next(4)])).ToArray();
            var expected = new List<byte>(original);
            foreach (var (start, end, with) in places.Reverse())
            {
                expected.RemoveRange(start, end - start);
                expected.InsertRange(start, with);
            }

            var edits = new BodyEdits();
            foreach (var index in places.Select((_, i) => i).OrderBy(_ => random.Next())) edits.Replace(places[index].Start..places[index].End, places[index].With);

            Assert.Equal(expected, edits.ToArray(original));
            Assert.Equal(expected, edits.Pieces(original).SelectMany(piece => piece.ToArray()));
            Assert.Equal(expected.Count, edits.Length(original.Length));
        }
    }

    [Fact]
    public void Replace_OverlappingPlaces_IsABug()
    {
        var edits = new BodyEdits();
        edits.Replace(2..6, "x"u8.ToArray());

        Assert.Throws<InvalidOperationException>(() => edits.Replace(5..7, "y"u8.ToArray()));
        Assert.Throws<InvalidOperationException>(() => edits.Replace(1..3, "y"u8.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Mutation_RandomDocuments_RemovesAndSetsAndKeepsTheRest(int seed)
    {
        var random = new RandomJson(seed);
        for (var i = 0; i < 100; i++)
        {
            var text = random.Object(("model", random.Text), ("temperature", () => "1"), ("drop", () => random.Value(3)), ("keep", () => random.Value(3)));
            var mutation = new BodyMutationSpec { Remove = ["drop"], Set = [new("temperature", "0.5"), new("service_tier", "flex"), new("tags", """{"a":[1]}""")] };

            var mutated = JsonMutation.Apply(Encoding.UTF8.GetBytes(text), mutation);

            using var before = JsonDocument.Parse(text);
            using var after = JsonDocument.Parse(mutated);
            Assert.False(after.RootElement.TryGetProperty("drop", out _));
            Assert.Equal("0.5", after.RootElement.GetProperty("temperature").GetRawText());
            Assert.Equal("flex", after.RootElement.GetProperty("service_tier").GetString());
            Assert.Equal("""{"a":[1]}""", after.RootElement.GetProperty("tags").GetRawText());
            foreach (var member in before.RootElement.EnumerateObject().Where(member => member.Name is not ("drop" or "temperature")))
            {
                Assert.Equal(member.Value.GetRawText(), after.RootElement.GetProperty(member.Name).GetRawText());
            }
        }
    }

    [Fact]
    public void Mutation_NameThatIsNoText_IsKept()
    {
        var mutated = JsonMutation.Apply("""{"\ud800":1,"b":2}"""u8.ToArray(), new BodyMutationSpec { Remove = ["b"] });

        Assert.Equal("""{"\ud800":1}""", Encoding.UTF8.GetString(mutated));
    }
}
