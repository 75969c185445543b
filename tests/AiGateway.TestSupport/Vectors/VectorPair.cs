using System.Text.Json;

namespace AiGateway.TestSupport.Vectors;

/// <summary>One recorded exchange and the span that belongs to it.</summary>
/// <param name="Set">Which rules of comparison apply: <c>recorded</c>, <c>extended</c>, <c>synthetic</c>, or a folder's own name.</param>
/// <param name="Name">File name without extension.</param>
/// <param name="CassettePath">The exchange.</param>
/// <param name="SpanPath">The span.</param>
public sealed record VectorPair(string Set, string Name, string CassettePath, string SpanPath)
{
    /// <summary>Finds the two files in a set's folder.</summary>
    public static VectorPair? TryFind(string folder, string set, string name)
    {
        var pair = new VectorPair(set, name, Path.Combine(folder, "cassettes", name + ".yaml"), Path.Combine(folder, "spans", name + ".json"));
        return File.Exists(pair.CassettePath) && File.Exists(pair.SpanPath) ? pair : null;
    }

    /// <summary>Reads the exchange.</summary>
    public Cassette LoadCassette() => Cassette.Load(CassettePath);

    /// <summary>Reads the expected span.</summary>
    public OtlpSpan LoadSpan()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SpanPath));
        return OtlpSpan.Parse(document.RootElement);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Set}/{Name}";
}
