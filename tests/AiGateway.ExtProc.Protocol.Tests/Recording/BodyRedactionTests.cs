using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AiGateway.ExtProc.Protocol.Recording;
using FsCheck;
using FsCheck.Fluent;

namespace AiGateway.ExtProc.Protocol.Tests.Recording;

/// <summary>What is blanked, and that it does not depend on how the bytes come.</summary>
public sealed class BodyRedactionTests
{
    private const string Chat = """{"model":"gpt-4o","stream":true,"n":2,"messages":[{"role":"user","content":"hé \"you\" \\"},{"role":"user","content":["model",{"type":"text","text":"a"}]}],"user":"u-1","metadata":{"key":"v"},"input":[12,3.5,-0.1e-7]}""";
    private const string Events = "event: message\ndata: {\"model\":\"m-1\",\"delta\":{\"content\":\"one\"}}\r\n\r\n: a comment 7\ndata: {\"usage\":{\"prompt_tokens\":9}}\n\nid: 42\ndata: plain text 5\n\ndata: [DONE]\n\n";

    [Fact]
    public void Json_Blanked_KeepsStructureLengthsAndProtocolWords()
    {
        var blanked = Apply(Chat);

        Assert.Equal(Encoding.UTF8.GetByteCount(Chat), Encoding.UTF8.GetByteCount(blanked));
        Assert.Equal("""{"model":"gpt-4o","stream":true,"n":2,"messages":[{"role":"user","content":"xxxxxxxxxxxxxx"},{"role":"user","content":["xxxxx",{"type":"text","text":"x"}]}],"user":"xxx","metadata":{"key":"x"},"input":[11,1.1,-1.1e-1]}""", blanked);
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(blanked).ValueKind);
    }

    [Fact]
    public void Events_Blanked_KeepFramesNamesAndUsage() =>
        Assert.Equal("event: message\ndata: {\"model\":\"m-1\",\"delta\":{\"content\":\"xxx\"}}\r\n\r\n: x xxxxxxx x\ndata: {\"usage\":{\"prompt_tokens\":9}}\n\nid: xx\ndata: xxxxx xxxx x\n\ndata: [DONE]\n\n", Apply(Events));

    [Theory]
    [InlineData("upstream \"said\" no: é", "xxxxxxxx \"xxxx\" xx: xx")]
    [InlineData("{not json 12 at all", "{nxx xxxx xx xx xxx")]
    [InlineData("[DONE] and more", "[DONE] xxx xxxx")]
    [InlineData("{\"model\":\"two words\"}", "{\"model\":\"twoxxxxxx\"}")]
    [InlineData("12", "xx")]
    [InlineData(" \n ", " \n ")]
    public void Text_ThatIsNoJson_KeepsItsPunctuation(string text, string blanked) => Assert.Equal(blanked, Apply(text));

    [Fact]
    public void Body_CutAnywhere_IsBlankedTheSame()
    {
        var runs = Config.QuickThrowOnFailure.WithMaxTest(500);
        var cases = from text in Gen.Elements(Chat, Events, "plain 1, é", "{\"a\":[1,\"b\"]} tail", "{\"model\":\"\\u00e9\\\"x\"}") from cuts in Gen.ArrayOf(Gen.Choose(0, 200)) select (text, cuts);
        Check.One(runs, Prop.ForAll(cases.ToArbitrary(), input => InPieces(input.text, input.cuts) == Apply(input.text)));
    }

    [Fact]
    public void Blanking_WhatWasBlanked_ChangesNothing() => Assert.All((string[])[Chat, Events, "plain 1, é"], text => Assert.Equal(Apply(text), Apply(Apply(text))));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public void CompressedBody_ThatComesWhole_IsBlankedInside(string coding)
    {
        using var packed = new MemoryStream();
        using (Stream writer = coding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest), "br" => new BrotliStream(packed, CompressionLevel.Fastest), _ => new ZLibStream(packed, CompressionLevel.Fastest) })
            writer.Write(Encoding.UTF8.GetBytes(Chat));

        var blanked = new BodyRedaction().Apply(packed.ToArray(), coding, whole: true);

        var unpacked = new MemoryStream(blanked);
        using Stream reader = coding switch { "gzip" => new GZipStream(unpacked, CompressionMode.Decompress), "br" => new BrotliStream(unpacked, CompressionMode.Decompress), _ => new ZLibStream(unpacked, CompressionMode.Decompress) };
        using var text = new StreamReader(reader);
        Assert.Equal(Apply(Chat), text.ReadToEnd());
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("zstd", true)]
    [InlineData("gzip", false)]
    public void CompressedBody_ThatCannotBeUnpacked_LosesItsLettersAndDigits(string coding, bool whole) =>
        Assert.Equal("xxx xx!", Encoding.ASCII.GetString(new BodyRedaction().Apply("not it!"u8.ToArray(), coding, whole)));

    private static string Apply(string text) => Encoding.UTF8.GetString(new BodyRedaction().Apply(Encoding.UTF8.GetBytes(text), coding: null, whole: true));

    private static string InPieces(string text, int[] cuts)
    {
        var redaction = new BodyRedaction();
        var rest = Encoding.UTF8.GetBytes(text);
        var output = new List<byte>();
        foreach (var cut in cuts)
        {
            var size = Math.Min(cut, rest.Length);
            output.AddRange(redaction.Apply(rest[..size], null, whole: false));
            rest = rest[size..];
        }

        output.AddRange(redaction.Apply(rest, null, whole: false));
        return Encoding.UTF8.GetString([.. output]);
    }
}
