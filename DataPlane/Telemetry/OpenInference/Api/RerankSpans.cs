using System.Globalization;
using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Cohere rerank.</summary>
internal sealed class RerankSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "Rerank";

    /// <inheritdoc/>
    public string Kind => "RERANKER";

    /// <inheritdoc/>
    public string? System => "cohere";

    /// <inheritdoc/>
    public string ModelAttribute => RerankerModelName;

    /// <inheritdoc/>
    public bool HasUsage => false;

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        var attributes = draft.Attributes;
        draft.Try("invocation parameters", () => attributes.Set(InvocationParameters, JsonText.Without(request, "query", "documents")));
        draft.Try("query", () => attributes.Set(RerankerQuery, request.String("query")));
        draft.Try("top k", () => attributes.Set(RerankerTopK, request.Long("top_n")));
        draft.Try("input documents", () =>
        {
            var index = 0;
            foreach (var document in request.Items("documents")) WriteDocument(attributes, Key(RerankerInputDocuments, index++), document);
        });
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        draft.Try("output documents", () => WriteResults(draft, response));
        draft.Try("billed units", () =>
        {
            var meta = response.Object("meta");
            if (meta?.Object("billed_units") is { } units) draft.Metadata.Add("billed_units", units);
            if (meta?.Object("tokens") is { } tokens) WriteTokens(draft.Attributes, tokens);
        });
    }

    private static void WriteTokens(SpanAttributes attributes, JsonElement tokens)
    {
        var counts = new TokenCounts { Prompt = tokens.Long("input_tokens"), Completion = tokens.Long("output_tokens") };
        (counts with { Total = counts.Prompt is null ? null : counts.Prompt + (counts.Completion ?? 0) }).WriteTo(attributes);
    }

    private static void WriteResults(SpanDraft draft, JsonElement response)
    {
        JsonElement[] documents = [.. draft.Reading.Request.Root?.Items("documents") ?? []];
        var rank = 0;
        foreach (var result in response.Items("results"))
        {
            var key = Key(RerankerOutputDocuments, rank++);
            draft.Attributes.Set(key + "score", result.Double("relevance_score"));
            if (result.Long("index") is >= 0 and var index && index < documents.Length) WriteDocument(draft.Attributes, key, documents[index]);
            else if (result.Get("document") is { } document) WriteDocument(draft.Attributes, key, document);
        }
    }

    private static void WriteDocument(SpanAttributes attributes, string key, JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            attributes.Set(key + "content", document.TextOrJson());
            return;
        }

        attributes.Set(key + "content", document.String("text") ?? document.GetRawText());
        attributes.Set(key + "id", document.Get("id")?.TextOrJson());
        attributes.Set(key + "metadata", document.Get("metadata")?.GetRawText());
    }

    private static string Key(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}{index}.document.");
}
