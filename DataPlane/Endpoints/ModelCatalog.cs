using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Routing;

namespace AiGateway.DataPlane.Endpoints;

/// <summary>The models that one listener's routes declare, per host, and how each dialect lists them.</summary>
public sealed class ModelCatalog
{
    /// <summary>Header whose exact matches declare models.</summary>
    public const string ModelHeader = "x-ai-eg-model";

    private readonly List<Entry> _entries = [];
    private readonly (string? Hostname, Model[] Models)[]? _lists;

    /// <param name="routes">Routes of the listener in precedence order.</param>
    public ModelCatalog(IEnumerable<RouteSpec> routes)
    {
        foreach (var route in routes)
        {
            foreach (var rule in route.Rules)
            {
                foreach (var match in rule.Matches)
                {
                    foreach (var header in match.Headers)
                    {
                        if (header is { IsRegex: false, Name: ModelHeader }) _entries.Add(new Entry(header.Value, rule.ModelsOwnedBy, rule.ModelsCreatedAt, route.Hostnames));
                    }
                }
            }
        }
    }

    /// <param name="lists">Lists by host, for a configuration whose routes are elsewhere.</param>
    public ModelCatalog(IEnumerable<ModelListSpec> lists) => _lists =
    [
        .. lists.OrderByDescending(list => HostPattern.Specificity(list.Hostname))
            .Select(list => (list.Hostname, list.Models.Select(model => new Model(model.Name, model.OwnedBy, model.CreatedAt)).ToArray())),
    ];

    /// <summary>Models that a host can call, in configuration order, each once.</summary>
    /// <param name="host">Host without port; empty sees everything.</param>
    public IReadOnlyList<Model> For(string host)
    {
        if (_lists is not null) return Array.Find(_lists, list => HostPattern.Matches(list.Hostname, host)).Models ?? [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var models = new List<Model>();
        foreach (var entry in _entries)
        {
            var visible = entry.Hostnames.Count == 0 || host.Length == 0 || entry.Hostnames.Any(pattern => HostPattern.Matches(pattern, host));
            if (visible && seen.Add(entry.Id)) models.Add(new Model(entry.Id, entry.OwnedBy, entry.CreatedAt));
        }

        return models;
    }

    /// <summary>Writes <c>GET /v1/models</c> in OpenAI's shape.</summary>
    public static void WriteOpenAI(IBufferWriter<byte> output, IEnumerable<Model> models)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var model in models) WriteOpenAI(json, model);
        json.WriteEndArray();
        json.WriteString("object"u8, "list"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes one model in OpenAI's shape.</summary>
    public static void WriteOpenAI(Utf8JsonWriter json, Model model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteNumber("created"u8, model.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("object"u8, "model"u8);
        json.WriteString("owned_by"u8, model.OwnedBy);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>GET /anthropic/v1/models</c> in Anthropic's shape.</summary>
    /// <param name="output">Target.</param>
    /// <param name="models">All models of the host.</param>
    /// <param name="page">Which of them.</param>
    public static void WriteAnthropic(IBufferWriter<byte> output, IReadOnlyList<Model> models, ModelPage page)
    {
        var (slice, more) = page.Of(models);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var model in slice) WriteAnthropic(json, model);
        json.WriteEndArray();
        json.WriteString("first_id"u8, slice.Count == 0 ? "" : slice[0].Id);
        json.WriteBoolean("has_more"u8, more);
        json.WriteString("last_id"u8, slice.Count == 0 ? "" : slice[^1].Id);
        json.WriteEndObject();
    }

    /// <summary>Writes one model in Anthropic's shape.</summary>
    public static void WriteAnthropic(Utf8JsonWriter json, Model model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteString("type"u8, "model"u8);
        json.WriteString("display_name"u8, model.Id);
        json.WriteString("created_at"u8, model.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private sealed record Entry(string Id, string OwnedBy, DateTimeOffset CreatedAt, IReadOnlyList<string> Hostnames);
}

/// <summary>A declared model.</summary>
/// <param name="Id">Name clients ask for.</param>
/// <param name="OwnedBy">Shown as owner.</param>
/// <param name="CreatedAt">Shown as creation time.</param>
public sealed record Model(string Id, string OwnedBy, DateTimeOffset CreatedAt);

/// <summary>Paging of Anthropic's list.</summary>
/// <param name="Limit">1–1000, default 20 at Anthropic; null lists all.</param>
/// <param name="AfterId">Start after this model.</param>
/// <param name="BeforeId">End before this model.</param>
public sealed record ModelPage(int? Limit, string? AfterId, string? BeforeId)
{
    /// <summary>The page and whether more follow in its direction.</summary>
    public (IReadOnlyList<Model> Slice, bool More) Of(IReadOnlyList<Model> models)
    {
        var from = 0;
        var to = models.Count;
        if (AfterId is not null) from = IndexOf(models, AfterId) + 1;
        if (BeforeId is not null && IndexOf(models, BeforeId) is >= 0 and var before) to = before;
        var limit = Limit ?? int.MaxValue;
        var more = to - from > limit;
        if (more && BeforeId is not null && AfterId is null) from = to - limit;
        else if (more) to = from + limit;
        return ([.. models.Skip(from).Take(Math.Max(0, to - from))], more);
    }

    private static int IndexOf(IReadOnlyList<Model> models, string id)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].Id == id) return i;
        }

        return -1;
    }
}
