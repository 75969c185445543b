using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Which spans belong to which endpoint.</summary>
internal static class ApiCatalog
{
    private static readonly ChatSpans s_chat = new();
    private static readonly CompletionsSpans s_completions = new();
    private static readonly ResponsesSpans s_responses = new();
    private static readonly MessagesSpans s_messages = new();
    private static readonly EmbeddingsSpans s_embeddings = new();
    private static readonly RerankSpans s_rerank = new();
    private static readonly ImageSpans s_images = new();
    private static readonly AudioSpans s_speech = new("AudioSpeech", "input", "instructions");
    private static readonly AudioSpans s_transcription = new("Transcription", "prompt");
    private static readonly AudioSpans s_translation = new("Translation", "prompt");
    private static readonly TokenSpans s_inputTokens = new("ResponsesInputTokens", "input_tokens");
    private static readonly TokenSpans s_countTokens = new("CountTokens", "input_tokens");
    private static readonly TokenizeSpans s_tokenize = new();
    private static readonly TokenSpans s_models = new("Models", countMember: null);

    /// <summary>The spans of an endpoint.</summary>
    public static IApiSpans Of(EndpointKind endpoint) => endpoint switch
    {
        EndpointKind.ChatCompletions => s_chat,
        EndpointKind.Completions => s_completions,
        EndpointKind.Embeddings => s_embeddings,
        EndpointKind.Responses => s_responses,
        EndpointKind.ResponsesInputTokens => s_inputTokens,
        EndpointKind.ImageGenerations => s_images,
        EndpointKind.AudioSpeech => s_speech,
        EndpointKind.AudioTranscriptions => s_transcription,
        EndpointKind.AudioTranslations => s_translation,
        EndpointKind.Tokenize => s_tokenize,
        EndpointKind.Rerank => s_rerank,
        EndpointKind.Messages => s_messages,
        EndpointKind.CountTokens => s_countTokens,
        EndpointKind.Models or EndpointKind.AnthropicModels => s_models,
        _ => throw new ArgumentOutOfRangeException(nameof(endpoint), endpoint, "No spans are defined for this endpoint."),
    };
}
