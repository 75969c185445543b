using System.Text.Json;
using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>Cohere <c>/v2/rerank</c>: documents by how much of the query they share.</summary>
internal static class Rerank
{
    public static async Task AnswerAsync(DemoCall call)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var model = fields.RequiredText("model");
        var query = fields.RequiredText("query");
        var documents = fields.TryRequiredArray("documents", out var given) ? ReadDocuments(fields, given) : [];
        var most = fields.Integer("top_n", 1) ?? documents.Count;
        if ((fields.Refusal ?? call.RefusalFor(model, DemoCapability.Rerank)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var wanted = TextVector.Of(query);
        var ranked = documents
            .Select((text, index) => (Index: index, Score: Relevance(wanted, text)))
            .OrderByDescending(static entry => entry.Score)
            .ThenBy(static entry => entry.Index)
            .Take(most);
        var tokens = documents.Sum(document => DemoTokenEstimator.Count(document) + DemoTokenEstimator.Count(query));
        await call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Seed.Id("rerank-"));
            json.WriteStartArray("results"u8);
            foreach (var (index, score) in ranked)
            {
                json.WriteStartObject();
                json.WriteNumber("index"u8, index);
                json.WriteNumber("relevance_score"u8, score);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteMeta(json, tokens);
            json.WriteEndObject();
        });
    }

    private static void WriteMeta(Utf8JsonWriter json, int tokens)
    {
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("api_version"u8);
        json.WriteString("version"u8, "2"u8);
        json.WriteEndObject();
        json.WriteStartObject("billed_units"u8);
        json.WriteNumber("search_units"u8, 1);
        json.WriteEndObject();
        json.WriteStartObject("tokens"u8);
        json.WriteNumber("input_tokens"u8, tokens);
        json.WriteNumber("output_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<string> ReadDocuments(DemoFields fields, JsonElement documents)
    {
        List<string> texts = [];
        foreach (var document in documents.EnumerateArray())
        {
            if (document.ValueKind == JsonValueKind.String)
                texts.Add(document.GetString()!);
            else if (document.ValueKind == JsonValueKind.Object && document.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
                texts.Add(text.GetString()!);
            else
                fields.Refuse("documents", "every document must be a string.");
        }

        return texts;
    }

    private static double Relevance(float[] query, string document)
    {
        var vector = TextVector.Of(document);
        var similarity = 0f;
        for (var i = 0; i < query.Length; i++)
            similarity += query[i] * vector[i];
        return Math.Round(Math.Clamp(similarity, 0f, 1f), 6);
    }
}
