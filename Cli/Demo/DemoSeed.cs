using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Cli.Demo;

/// <summary>The hash of one request: every id and every choice of the demo provider comes from it, so equal requests get equal answers.</summary>
internal sealed class DemoSeed
{
    private readonly byte[] _hash;

    private DemoSeed(byte[] hash) => _hash = hash;

    /// <summary>A number that is evenly spread over requests.</summary>
    public uint Number => BinaryPrimitives.ReadUInt32BigEndian(_hash);

    /// <summary>Seed of a request body.</summary>
    public static DemoSeed Of(ReadOnlySpan<byte> body) => new(SHA256.HashData(body));

    /// <summary>Seed of a text.</summary>
    public static DemoSeed Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>An id such as <c>chatcmpl-5f…</c>; different prefixes of one request share their digits.</summary>
    public string Id(string prefix) => prefix + Convert.ToHexStringLower(_hash.AsSpan(4, 12));

    /// <summary>An id for the <paramref name="index"/>th part of an answer.</summary>
    public string Id(string prefix, int index) => Of($"{Convert.ToHexString(_hash)}/{index}").Id(prefix);
}
