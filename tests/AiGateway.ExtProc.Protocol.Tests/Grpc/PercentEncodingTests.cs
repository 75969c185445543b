using AiGateway.ExtProc.Protocol.Grpc;
using FsCheck;
using FsCheck.Fluent;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("plain text, ~!", "plain text, ~!")]
    [InlineData("100%", "100%25")]
    [InlineData("naïve\n", "na%C3%AFve%0A")]
    [InlineData("😀", "%F0%9F%98%80")]
    [InlineData("", "")]
    public void Encode_Text_IsAsciiAndComesBack(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("50% of it", "50% of it")]
    [InlineData("%4", "%4")]
    [InlineData("%", "%")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%FF!", "\uFFFD!")]
    [InlineData("naïve %C3%AF", "naïve ï")]
    public void Decode_BadlyEncoded_KeepsWhatItCan(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void Encode_LongText_IsCutBetweenCharacters()
    {
        var text = new string('a', PercentEncoding.LongestText - 1) + "😀";

        Assert.Equal(new string('a', PercentEncoding.LongestText - 1), PercentEncoding.Encode(text));
    }

    [Fact]
    public void Encode_AnyText_ComesBack() => Prop
        .ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null && text.Length <= PercentEncoding.LongestText && !text.Any(char.IsSurrogate)), text =>
        {
            var encoded = PercentEncoding.Encode(text);
            return encoded.All(c => c is >= ' ' and <= '~') && PercentEncoding.Decode(encoded) == text;
        })
        .QuickCheckThrowOnFailure();
}
