namespace AiGateway.Cli.Demo.Wire;

/// <summary>Whose error objects are written.</summary>
internal enum DemoErrorShape
{
    /// <summary><c>{"error":{"message","type","param","code"}}</c>.</summary>
    OpenAI,

    /// <summary><c>{"type":"error","error":{"type","message"},"request_id"}</c>.</summary>
    Anthropic,

    /// <summary><c>{"message"}</c>.</summary>
    Cohere,
}
