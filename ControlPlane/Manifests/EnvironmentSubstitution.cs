using System.Text;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>
/// Replaces <c>$VAR</c>, <c>${VAR}</c> and its variants with defaults over a whole file before it is parsed. A dollar sign that starts no reference
/// stays, so regular expressions such as <c>^gpt-.*$</c> survive; <c>$$</c> is a literal dollar sign.
/// </summary>
/// <param name="environment">Gives the value of a variable or null.</param>
internal sealed class EnvironmentSubstitution(Func<string, string?> environment)
{
    private const int MaxNesting = 8;

    public SourceText Apply(string file, string original, FindingCollector findings)
    {
        var text = new StringBuilder(original.Length);
        var replacements = new List<SourceText.Replacement>();
        var missing = new List<(string Name, int Offset)>();
        for (var at = 0; at < original.Length;)
        {
            if (original[at] == '$' && TryReference(original, at, original.Length, 0, missing, out var end, out var value))
            {
                replacements.Add(new SourceText.Replacement(at, end, text.Length, text.Length + value.Length));
                text.Append(value);
                at = end;
                continue;
            }

            text.Append(original[at++]);
        }

        var source = new SourceText(original, text.ToString(), replacements);
        foreach (var (name, offset) in missing)
        {
            if (IsInComment(original, offset)) continue;
            var position = source.OriginalPosition(offset);
            findings.Add(new Finding
            {
                Severity = FindingSeverity.Warning,
                File = file,
                Line = position.Line,
                Column = position.Column,
                Reason = $"environment variable {name} is not set and has no default, nothing is put in its place",
                Fix = $"set {name}, or write ${{{name}:-default}}; a literal dollar sign is written $$",
            });
        }

        return source;
    }

    /// <summary>Reads one reference starting at a dollar sign; false when the dollar sign stands for itself.</summary>
    private bool TryReference(string text, int at, int limit, int nesting, List<(string Name, int Offset)> missing, out int end, out string value)
    {
        end = at;
        value = string.Empty;
        var next = at + 1;
        if (next >= limit) return false;
        if (text[next] == '$')
        {
            end = next + 1;
            value = "$";
            return true;
        }

        if (text[next] != '{')
        {
            end = NameEnd(text, next, limit);
            if (end == next) return false;
            value = Value(text[next..end], at, missing);
            return true;
        }

        var nameEnd = NameEnd(text, next + 1, limit);
        var close = ClosingBrace(text, next + 1, limit);
        if (nameEnd == next + 1 || close < 0) return false;
        var name = text[(next + 1)..nameEnd];
        end = close + 1;
        if (nameEnd == close)
        {
            value = Value(name, at, missing);
            return true;
        }

        var colon = text[nameEnd] == ':';
        var operatorAt = colon ? nameEnd + 1 : nameEnd;
        if (operatorAt >= close || text[operatorAt] is not ('-' or '=' or '+')) return false;
        var present = environment(name) is { } found && (!colon || found.Length > 0) ? found : null;
        var useOperand = text[operatorAt] == '+' ? present is not null : present is null;
        value = useOperand ? Expand(text, operatorAt + 1, close, nesting, missing)
            : text[operatorAt] == '+' ? string.Empty
            : present!;
        return true;
    }

    private string Expand(string text, int start, int limit, int nesting, List<(string Name, int Offset)> missing)
    {
        if (nesting == MaxNesting) return text[start..limit];
        var result = new StringBuilder();
        for (var at = start; at < limit;)
        {
            if (text[at] == '$' && TryReference(text, at, limit, nesting + 1, missing, out var end, out var value))
            {
                result.Append(value);
                at = end;
                continue;
            }

            result.Append(text[at++]);
        }

        return result.ToString();
    }

    private string Value(string name, int offset, List<(string Name, int Offset)> missing)
    {
        if (environment(name) is { } value) return value;
        missing.Add((name, offset));
        return string.Empty;
    }

    private static int NameEnd(string text, int start, int limit)
    {
        var at = start;
        while (at < limit && (char.IsAsciiLetter(text[at]) || text[at] == '_' || (at > start && char.IsAsciiDigit(text[at])))) at++;
        return at;
    }

    /// <summary>The brace that ends a reference; references do not span lines, so a stray <c>${</c> cannot swallow the rest of the file.</summary>
    private static int ClosingBrace(string text, int start, int limit)
    {
        var depth = 1;
        for (var at = start; at < limit && text[at] != '\n'; at++)
        {
            if (text[at] == '$' && at + 1 < limit && text[at + 1] == '{') depth++;
            else if (text[at] == '}' && --depth == 0) return at;
        }

        return -1;
    }

    private static bool IsInComment(string text, int offset)
    {
        var lineStart = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        return text.AsSpan(lineStart, offset - lineStart).TrimStart().StartsWith("#");
    }
}
