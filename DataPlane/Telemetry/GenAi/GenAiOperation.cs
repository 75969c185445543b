using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary><c>gen_ai.operation.name</c> on spans, by endpoint.</summary>
internal static class GenAiOperation
{
    /// <summary>The operation of an endpoint.</summary>
    public static string Of(EndpointKind endpoint) => endpoint switch
    {
        EndpointKind.ChatCompletions or EndpointKind.Messages or EndpointKind.Responses => "chat",
        EndpointKind.Completions => "text_completion",
        EndpointKind.Embeddings => "embeddings",
        EndpointKind.ImageGenerations => "image_generation",
        EndpointKind.AudioSpeech => "speech",
        EndpointKind.AudioTranscriptions => "transcription",
        EndpointKind.AudioTranslations => "translation",
        EndpointKind.Rerank => "rerank",
        EndpointKind.Tokenize or EndpointKind.ResponsesInputTokens or EndpointKind.CountTokens => "tokenize",
        EndpointKind.Models or EndpointKind.AnthropicModels => "models",
        _ => throw new ArgumentOutOfRangeException(nameof(endpoint), endpoint, "No operation is defined for this endpoint."),
    };
}
