using System.Globalization;
using System.Text.Json;

namespace AiGateway.Cli.Client;

/// <summary>One model that a gateway lists.</summary>
/// <param name="Id">Name to ask for.</param>
/// <param name="OwnedBy">Whose it is.</param>
/// <param name="Created">When it was declared.</param>
internal sealed record ModelEntry(string Id, string OwnedBy, DateTimeOffset Created)
{
    /// <summary>Reads the answer of <c>/v1/models</c>.</summary>
    public static IReadOnlyList<ModelEntry> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(static model => new ModelEntry(
            model.GetProperty("id").GetString() ?? "",
            model.TryGetProperty("owned_by", out var owner) ? owner.GetString() ?? "" : "",
            DateTimeOffset.FromUnixTimeSeconds(model.TryGetProperty("created", out var created) && created.TryGetInt64(out var seconds) ? seconds : 0)))];
    }

    /// <summary>Lines of a table.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<ModelEntry> models)
    {
        var width = Math.Max("MODEL".Length, models.Max(static model => model.Id.Length));
        var owner = Math.Max("OWNER".Length, models.Max(static model => model.OwnedBy.Length));
        yield return $"{"MODEL".PadRight(width)}  {"OWNER".PadRight(owner)}  SINCE";
        foreach (var model in models)
            yield return $"{model.Id.PadRight(width)}  {model.OwnedBy.PadRight(owner)}  {model.Created.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
    }
}
