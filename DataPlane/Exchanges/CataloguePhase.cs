using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Model lists: answered from configuration, per host, without a backend.</summary>
public static class CataloguePhase
{
    /// <summary>The dialect of a list's caller: Anthropic clients name their API version, others on a shared path do not.</summary>
    public static Dialect DialectOf(EndpointDescriptor endpoint, IRequestHead head) => head.Header("anthropic-version") is null ? endpoint.Dialect : Dialect.Anthropic;

    /// <summary>Whether a list takes the method; POST is tolerated because some clients send it.</summary>
    public static bool Takes(string method) => method is "GET" or "HEAD" or "POST";

    /// <summary>Writes a list, or one model of it.</summary>
    /// <param name="body">Receives JSON; nothing is written when the request is rejected.</param>
    /// <param name="dialect">The caller's.</param>
    /// <param name="models">What the host shows.</param>
    /// <param name="id">One model, or null for the list.</param>
    /// <param name="query">Value of a query parameter, or null.</param>
    /// <returns>Null, or why not.</returns>
    public static Rejection? Write(IBufferWriter<byte> body, Dialect dialect, IReadOnlyList<Model> models, string? id, Func<string, string?> query)
    {
        if (id is not null) return WriteOne(body, dialect, models, id);
        if (dialect != Dialect.Anthropic)
        {
            ModelCatalog.WriteOpenAI(body, models);
            return null;
        }

        if (!TryPage(query, out var page)) return new Rejection(GatewayError.InvalidRequest, "limit must be a number from 1 to 1000", "limit");
        ModelCatalog.WriteAnthropic(body, models, page);
        return null;
    }

    private static Rejection? WriteOne(IBufferWriter<byte> body, Dialect dialect, IReadOnlyList<Model> models, string id)
    {
        if (models.FirstOrDefault(model => model.Id == id) is not { } found)
        {
            return new Rejection(GatewayError.ModelNotFound, $"model '{(id.Length <= 200 ? id : id[..200] + "…")}' is not configured on this host", "model");
        }

        using var json = new Utf8JsonWriter(body);
        if (dialect == Dialect.Anthropic) ModelCatalog.WriteAnthropic(json, found);
        else ModelCatalog.WriteOpenAI(json, found);
        return null;
    }

    private static bool TryPage(Func<string, string?> query, out ModelPage page)
    {
        page = new ModelPage(null, query("after_id"), query("before_id"));
        if (query("limit") is not { } text) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > 1000) return false;
        page = page with { Limit = limit };
        return true;
    }
}
