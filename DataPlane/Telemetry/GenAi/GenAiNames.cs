namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>Attribute names of the OpenTelemetry GenAI semantic conventions 1.41.1 (status Development).</summary>
internal static class GenAiNames
{
    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestStream = "gen_ai.request.stream";
    public const string RequestEncodingFormats = "gen_ai.request.encoding_formats";
    public const string RequestStopSequences = "gen_ai.request.stop_sequences";
    public const string RequestChoiceCount = "gen_ai.request.choice.count";
    public const string ResponseId = "gen_ai.response.id";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string UsageCacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string UsageCacheCreationInputTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string UsageReasoningOutputTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string EmbeddingsDimensionCount = "gen_ai.embeddings.dimension.count";
    public const string SystemInstructions = "gen_ai.system_instructions";
    public const string InputMessages = "gen_ai.input.messages";
    public const string OutputMessages = "gen_ai.output.messages";
    public const string ToolDefinitions = "gen_ai.tool.definitions";
    public const string OutputType = "gen_ai.output.type";
    public const string ApiType = "openai.api.type";
    public const string RequestServiceTier = "openai.request.service_tier";
    public const string ResponseServiceTier = "openai.response.service_tier";
    public const string ResponseSystemFingerprint = "openai.response.system_fingerprint";
    public const string ErrorType = "error.type";
}
