using AiGateway.Contracts.Cel;

namespace AiGateway.Contracts.Tests.Cel;

/// <summary>Where RE2 and .NET read a pattern differently, RE2 wins.</summary>
public sealed class Re2PatternTests
{
    [Theory]
    [InlineData("^a$", "a", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData("(?m)^a$", "b\na\nc", true)]
    [InlineData("(?m:^a$)|^b$", "b\n", false)]
    [InlineData("(?m)a(?-m:$)", "a\nb", false)]
    [InlineData("(?m)(?-m)a$", "a\nb", false)]
    [InlineData(@"^\d$", "٣", false)]
    [InlineData(@"^\d$", "3", true)]
    [InlineData(@"^\w+$", "aé", false)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^\s$", "\u00a0", false)]
    [InlineData(@"^\S$", "\u000b", true)]
    [InlineData(@"^[\d_]+$", "1_2", true)]
    [InlineData(@"^[^\d]$", "٣", true)]
    [InlineData(@"^[\D]$", "7", false)]
    [InlineData(@"^[\W]$", "_", false)]
    [InlineData(@"^[\S]$", " ", false)]
    [InlineData("^[[:alpha:]-]+$", "a-B", true)]
    [InlineData("^[[:^alpha:]]+$", "12", true)]
    [InlineData("^[[:punct:]]$", "[", true)]
    [InlineData("^[[:xdigit:]]+$", "0aF", true)]
    [InlineData("^[a-z-[aeiou]+$", "b-[", true)]
    [InlineData("^[]a]+$", "]a", true)]
    [InlineData("^[^]a]+$", "b", true)]
    [InlineData("^[a[b]+$", "[", true)]
    [InlineData(@"^[\]\\\-]+$", @"]\-", true)]
    [InlineData("^(?P<name>a)(?<other>b)$", "ab", true)]
    [InlineData("(?i)GPT", "gpt", true)]
    [InlineData("(?i:G)PT", "gpt", false)]
    [InlineData("(?s)^a.b$", "a\nb", true)]
    [InlineData("^a.b$", "a\nb", false)]
    [InlineData(@"^\Qa.b\E+$", "a.bbb", true)]
    [InlineData(@"^\Qa.b", "axb", false)]
    [InlineData(@"^\x{1F600}+$", "😀😀", true)]
    [InlineData(@"^\x41\pL\p{Lu}$", "AbC", true)]
    [InlineData("^a# b$", "a# b", true)]
    [InlineData("^a{2,3}$", "aa", true)]
    [InlineData("^a{,3}$", "a{,3}", true)]
    [InlineData("^a{x}$", "a{x}", true)]
    [InlineData(@"\Aa\z", "a", true)]
    [InlineData("^(?:a|b)*?$", "abab", true)]
    [InlineData("", "anything", true)]
    [InlineData("^(a{10}){99}$", "b", false)]
    public void TryCompile_Pattern_MatchesAsRe2(string pattern, string input, bool matches)
    {
        Assert.True(Re2Pattern.TryCompile(pattern, out var regex, out var error), error);
        Assert.Equal(matches, regex.IsMatch(input));
    }

    [Theory]
    [InlineData("(", "Not enough )'s")]
    [InlineData(")", "')' without '('")]
    [InlineData("[a", "a '[' is not closed")]
    [InlineData("[[:alpha:", "unknown character class")]
    [InlineData("[[:nope:]]", "unknown character class")]
    [InlineData("(?=a)", "this kind of group is not supported")]
    [InlineData("(?!a)", "this kind of group is not supported")]
    [InlineData("(?<=a)", "this kind of group is not supported")]
    [InlineData("(?>a)", "this kind of group is not supported")]
    [InlineData("(?#a)", "this kind of group is not supported")]
    [InlineData("(?x) a", "this kind of group is not supported")]
    [InlineData("(?", "this kind of group is not supported")]
    [InlineData(@"(a)\1", @"\1 is not supported")]
    [InlineData(@"a\Z", @"\Z is not supported")]
    [InlineData(@"a\", "it ends with a backslash")]
    [InlineData(@"[\", "in a character class is not supported")]
    [InlineData(@"\x{110000}", "is not a code point")]
    [InlineData("a**", "Nested quantifier")]
    [InlineData("a{1001}", "its repetitions multiply to more than allowed")]
    [InlineData("(a{1000}){1000}", "its repetitions multiply to more than allowed")]
    [InlineData("((((a{10}){10}){10}){10}){10}", "its repetitions multiply to more than allowed")]
    [InlineData("(a{999}b{999}){11}", "its repetitions multiply to more than allowed")]
    public void TryCompile_NotRe2OrTooLarge_SaysWhy(string pattern, string message)
    {
        Assert.False(Re2Pattern.TryCompile(pattern, out _, out var error));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCompile_RandomPatterns_NeverThrowsAndNeverHangs()
    {
        string[] parts = ["a", ".", "\\d", "\\", "[", "]", "(", ")", "(?i)", "(?P<n>", "{2}", "{9,}", "*", "+?", "|", "^", "$", "[:alpha:]", "\\Q", "\\E", "\\x{41}", "-", "\\pL"];
        var random = new Random(42);
        var compiled = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(_ => parts[random.Next(parts.Length)]));
            if (!Re2Pattern.TryCompile(pattern, out var regex, out _))
                continue;
            regex.IsMatch("aaa A1\n");
            compiled++;
        }

        Assert.InRange(compiled, 500, 5_000);
    }
}
