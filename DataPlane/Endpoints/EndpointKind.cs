namespace AiGateway.DataPlane.Endpoints;

/// <summary>The client-facing operations of the gateway; one per row of the endpoint table.</summary>
public enum EndpointKind
{
    /// <summary>OpenAI <c>/v1/chat/completions</c>.</summary>
    ChatCompletions,

    /// <summary>OpenAI <c>/v1/completions</c>.</summary>
    Completions,

    /// <summary>OpenAI <c>/v1/embeddings</c>.</summary>
    Embeddings,

    /// <summary>OpenAI <c>/v1/responses</c>.</summary>
    Responses,

    /// <summary>OpenAI <c>/v1/responses/input_tokens</c>.</summary>
    ResponsesInputTokens,

    /// <summary>OpenAI <c>/v1/images/generations</c>.</summary>
    ImageGenerations,

    /// <summary>OpenAI <c>/v1/audio/speech</c>.</summary>
    AudioSpeech,

    /// <summary>OpenAI <c>/v1/audio/transcriptions</c> (multipart).</summary>
    AudioTranscriptions,

    /// <summary>OpenAI <c>/v1/audio/translations</c> (multipart).</summary>
    AudioTranslations,

    /// <summary>vLLM <c>/tokenize</c>.</summary>
    Tokenize,

    /// <summary>OpenAI <c>/v1/models</c>, answered from configuration.</summary>
    Models,

    /// <summary>Cohere <c>/cohere/v2/rerank</c>.</summary>
    Rerank,

    /// <summary>Anthropic <c>/anthropic/v1/messages</c>.</summary>
    Messages,

    /// <summary>Anthropic <c>/anthropic/v1/messages/count_tokens</c>.</summary>
    CountTokens,

    /// <summary>Anthropic <c>/anthropic/v1/models</c>, answered from configuration.</summary>
    AnthropicModels,
}
