using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>In which order attributes should survive when an exporter's limit applies: what a span is, what it cost, then what was said.</summary>
internal static class AttributeOrder
{
    private static readonly string[] s_first =
    [
        SpanKind, LlmSystem, Provider, ModelName, EmbeddingModelName, RerankerModelName, RequestModelName, ResponseModelName,
        InputValue, InputMimeType, OutputValue, OutputMimeType, InvocationParameters, EmbeddingInvocationParameters,
    ];

    private static readonly string[] s_last = [Embeddings, RerankerInputDocuments, RerankerOutputDocuments, Prompts, Choices, InputMessages, OutputMessages, Tools];

    /// <summary>Smaller survives longer; equal ranks keep the order in which they were set.</summary>
    public static int Rank(string key)
    {
        var first = Array.IndexOf(s_first, key);
        if (first >= 0) return first;
        if (key.StartsWith(TokenCountPrefix, StringComparison.Ordinal)) return 100;
        if (key == FinishReason) return 101;
        for (var i = 0; i < s_last.Length; i++)
        {
            if (key.StartsWith(s_last[i], StringComparison.Ordinal)) return 1000 + i;
        }

        return 500;
    }
}
