namespace AiGateway.Cli.Demo;

/// <summary>The models of the demo provider. The names are documented and used in examples, so they are API.</summary>
internal static class DemoModels
{
    public const string Chat = "demo-chat";
    public const string Reasoning = "demo-reasoning";
    public const string Tools = "demo-tools";
    public const string Slow = "demo-slow";
    public const string Flaky = "demo-flaky";
    public const string Limited = "demo-limited";
    public const string Unauthorized = "demo-unauthorized";
    public const string Embedding = "demo-embedding";
    public const string Image = "demo-image";
    public const string Speech = "demo-speech";
    public const string Transcribe = "demo-transcribe";
    public const string Rerank = "demo-rerank";

    /// <summary>Tokens that the demo claims to hold; nothing enforces it.</summary>
    public const int ContextWindow = 131072;

    /// <summary>What the start-up line names, in its order.</summary>
    public static readonly IReadOnlyList<string> Announced = [Chat, Reasoning, Tools, Slow, Flaky, Embedding];

    /// <summary>Everything that is served, in the order of the model list.</summary>
    public static readonly IReadOnlyList<string> All =
        [Chat, Reasoning, Tools, Slow, Flaky, Embedding, Image, Speech, Transcribe, Rerank, Limited, Unauthorized];

    /// <summary>What a model can do; null when there is no such model.</summary>
    public static DemoCapability? CapabilityOf(string model) => model switch
    {
        Chat or Reasoning or Tools or Slow or Flaky or Limited or Unauthorized => DemoCapability.Conversation,
        Embedding => DemoCapability.Embeddings,
        Image => DemoCapability.Images,
        Speech => DemoCapability.Speech,
        Transcribe => DemoCapability.Transcription,
        Rerank => DemoCapability.Rerank,
        _ => null,
    };
}

/// <summary>Kinds of demo models.</summary>
internal enum DemoCapability
{
    /// <summary>Chat in all its dialects, legacy completions, tokenize.</summary>
    Conversation,

    /// <summary>Vectors.</summary>
    Embeddings,

    /// <summary>Pictures.</summary>
    Images,

    /// <summary>Text to sound.</summary>
    Speech,

    /// <summary>Sound to text.</summary>
    Transcription,

    /// <summary>Ranking of documents.</summary>
    Rerank,
}
