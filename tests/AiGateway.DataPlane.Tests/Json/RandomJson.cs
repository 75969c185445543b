using System.Globalization;
using System.Text;

namespace AiGateway.DataPlane.Tests.Json;

/// <summary>Random JSON texts with odd but legal spellings. The same seed gives the same text, and failures name the seed.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] s_strings =
    [
        "\"\"", "\"a\"", "\"\\\"usage\\\":{\"", "\"\\\\\"", "\"}{][,:\"", "\"\\u0041\\n\"", "\"grüße 😀\"", "\"model\"", "\"[DONE]\"", "\"data: x\"",
    ];

    private static readonly string[] s_scalars = ["0", "-1.5e+10", "1e400", "12345678901234567890", "true", "false", "null"];
    private static readonly string[] s_space = ["", "", "", " ", "\t", "\r\n  "];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>An object that may have the given members (each at most once) among others.</summary>
    public string Object(params (string Name, Func<string> Value)[] members)
    {
        var chosen = members.Where(_ => _random.Next(3) > 0).Select(member => $"\"{member.Name}\"{Space()}:{Space()}{member.Value()}").ToList();
        var others = _random.Next(4);
        for (var i = 0; i < others; i++) chosen.Insert(_random.Next(chosen.Count + 1), $"\"other{i.ToString(CultureInfo.InvariantCulture)}\"{Space()}:{Space()}{Value(3)}");
        return $"{{{Space()}{string.Join($"{Space()},{Space()}", chosen)}{Space()}}}";
    }

    public string Value(int depth) => _random.Next(depth > 0 ? 4 : 2) switch
    {
        0 => Text(),
        1 => s_scalars[_random.Next(s_scalars.Length)],
        2 => $"[{Space()}{string.Join(",", Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1)))}{Space()}]",
        _ => $"{{{string.Join($"{Space()},", Enumerable.Range(0, _random.Next(4)).Select(i => $"\"{(i == 0 ? "model" : "k" + i)}\":{Value(depth - 1)}"))}}}",
    };

    public string Text() => s_strings[_random.Next(s_strings.Length)];

    /// <summary>Cuts bytes at random places, empty pieces included.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsMemory();
        while (!bytes.IsEmpty)
        {
            var size = Math.Min(bytes.Length, _random.Next(_random.Next(4) == 0 ? 200 : 6));
            yield return bytes[..size];
            bytes = bytes[size..];
        }
    }

    private string Space() => s_space[_random.Next(s_space.Length)];
}
