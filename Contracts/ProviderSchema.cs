namespace AiGateway.Contracts;

/// <summary>The wire format and transport that a backend speaks. Names are those of <c>AIServiceBackend.spec.schema.name</c>.</summary>
public enum ProviderSchema
{
    /// <summary>OpenAI and everything shaped like it.</summary>
    OpenAI,

    /// <summary>Cohere v2 (rerank).</summary>
    Cohere,

    /// <summary>AWS Bedrock, Converse API.</summary>
    AwsBedrock,

    /// <summary>Azure OpenAI over deployment paths.</summary>
    AzureOpenAI,

    /// <summary>Google Vertex AI, Gemini.</summary>
    GcpVertexAI,

    /// <summary>Anthropic models on Vertex AI (rawPredict).</summary>
    GcpAnthropic,

    /// <summary>Anthropic's own API.</summary>
    Anthropic,

    /// <summary>Anthropic models on Bedrock (InvokeModel).</summary>
    AwsAnthropic,
}
