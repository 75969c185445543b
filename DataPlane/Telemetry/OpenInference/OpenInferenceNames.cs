namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Attribute names of the OpenInference specification (state of August 2026).</summary>
internal static class OpenInferenceNames
{
    public const string SpanKind = "openinference.span.kind";
    public const string LlmSystem = "llm.system";
    public const string Provider = "llm.provider";
    public const string ModelName = "llm.model_name";
    public const string RequestModelName = "llm.request.model_name";
    public const string ResponseModelName = "llm.response.model_name";
    public const string InputValue = "input.value";
    public const string InputMimeType = "input.mime_type";
    public const string OutputValue = "output.value";
    public const string OutputMimeType = "output.mime_type";
    public const string InvocationParameters = "llm.invocation_parameters";
    public const string FinishReason = "llm.finish_reason";
    public const string TokenCountPrefix = "llm.token_count.";
    public const string Tools = "llm.tools.";
    public const string Prompts = "llm.prompts.";
    public const string Choices = "llm.choices.";
    public const string InputMessages = "llm.input_messages.";
    public const string OutputMessages = "llm.output_messages.";
    public const string SessionId = "session.id";
    public const string UserId = "user.id";
    public const string Metadata = "metadata";
    public const string Tags = "tag.tags";
    public const string EmbeddingModelName = "embedding.model_name";
    public const string EmbeddingInvocationParameters = "embedding.invocation_parameters";
    public const string Embeddings = "embedding.embeddings.";
    public const string RerankerModelName = "reranker.model_name";
    public const string RerankerQuery = "reranker.query";
    public const string RerankerTopK = "reranker.top_k";
    public const string RerankerInputDocuments = "reranker.input_documents.";
    public const string RerankerOutputDocuments = "reranker.output_documents.";

    public const string JsonMimeType = "application/json";
    public const string PlainText = "text/plain";
    public const string FirstTokenEvent = "First Token Stream Event";
}
