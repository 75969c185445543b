using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AiGateway.TestSupport.Vectors;

/// <summary>
/// Compares a span with the reference's by the rules of the vectors' readme. Everything that is not listed there as a deviation is a difference.
/// </summary>
public static partial class SpanComparer
{
    private static readonly string[] s_ownedPrefixes = ["llm.", "embedding.", "reranker.", "tool.", "input.", "output.", "openinference."];
    private static readonly string[] s_ignored = ["llm.request.model_name", "llm.response.model_name"];

    /// <summary>Compares a pair's span with what the product made of the exchange.</summary>
    /// <returns>One line per difference; none when the spans agree.</returns>
    public static IReadOnlyList<string> Compare(OtlpSpan expected, OtlpSpan actual, VectorPair pair, Cassette cassette)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var (left, right) = SpanDeviations.Apply(expected, actual, pair, cassette);
        var differences = new List<string>();
        Check(differences, "name", left.Name, right.Name);
        Check(differences, "kind", left.Kind, right.Kind);
        Check(differences, "status", left.Status, right.Status);
        Check(differences, "status description", ErrorCode(left.StatusDescription), ErrorCode(right.StatusDescription));
        differences.AddRange(CompareAttributes(left.Attributes, right.Attributes));
        CompareEvents(differences, left.Events, right.Events);
        return differences;
    }

    /// <summary>Compares attribute sets alone, without the deviations of a set.</summary>
    public static IReadOnlyList<string> CompareAttributes(IReadOnlyDictionary<string, object> expected, IReadOnlyDictionary<string, object> actual)
    {
        var differences = new List<string>();
        foreach (var (key, value) in expected.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            if (IsEmpty(value)) continue;
            if (!actual.TryGetValue(key, out var other) || IsEmpty(other)) differences.Add($"missing {key} = {Shown(value)}");
            else if (!AreEqual(value, other)) differences.Add($"{key}: expected {Shown(value)}, got {Shown(other)}");
        }

        differences.AddRange(
            from attribute in actual
            where !IsEmpty(attribute.Value) && IsOwned(attribute.Key) && (!expected.TryGetValue(attribute.Key, out var value) || IsEmpty(value))
            orderby attribute.Key
            select $"unexpected {attribute.Key} = {Shown(attribute.Value)}");
        return differences;
    }

    private static bool IsOwned(string key)
        => s_ownedPrefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))
            && !s_ignored.Contains(key)
            && !key.StartsWith("llm.cost.", StringComparison.Ordinal);

    private static bool IsEmpty(object value) => value switch
    {
        string text => text.Length == 0,
        long number => number == 0,
        double number => number == 0,
        object[] list => list.Length == 0,
        _ => false,
    };

    private static bool AreEqual(object expected, object actual)
    {
        if (expected is object[] list && actual is object[] others)
            return list.Length == others.Length && list.Zip(others).All(items => AreEqual(items.First, items.Second));
        if (expected is not string left || actual is not string right) return expected.GetType() == actual.GetType() && expected.Equals(actual);
        if (left == right) return true;
        return JsonPruning.TryParse(left) is { } json && JsonPruning.TryParse(right) is { } other && JsonPruning.AreEqual(JsonPruning.Prune(json), JsonPruning.Prune(other));
    }

    private static void CompareEvents(List<string> differences, IReadOnlyList<OtlpEvent> expected, IReadOnlyList<OtlpEvent> actual)
    {
        Check(differences, "events", string.Join(", ", expected.Select(e => e.Name)), string.Join(", ", actual.Select(e => e.Name)));
        foreach (var (left, right) in expected.Zip(actual).Where(events => events.First.Name == "exception" && events.Second.Name == "exception"))
        {
            Check(differences, "exception.type", ClassName(left), ClassName(right));
            Check(differences, "exception.message", ErrorCode(Text(left, "exception.message")), ErrorCode(Text(right, "exception.message")));
        }
    }

    private static string ClassName(OtlpEvent e) => Text(e, "exception.type").Split('.')[^1];

    private static string Text(OtlpEvent e, string key) => e.Attributes.GetValueOrDefault(key) as string ?? "";

    private static string ErrorCode(string? text) => ErrorCodePattern().Match(text ?? "").Value;

    private static void Check(List<string> differences, string what, string expected, string actual)
    {
        if (expected != actual) differences.Add($"{what}: expected '{expected}', got '{actual}'");
    }

    private static string Shown(object value)
    {
        var text = value is object[] list ? $"list of {list.Length}" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return $"{value.GetType().Name} {(text.Length > 400 ? text[..400] + "…" : text)}";
    }

    [GeneratedRegex(@"Error code: \d+")]
    private static partial Regex ErrorCodePattern();
}
