using System.Diagnostics.CodeAnalysis;

namespace AiGateway.Cli.AutoConfig;

/// <summary>Finds out which providers the environment has keys for, in the order in which the catch-all is chosen.</summary>
/// <param name="variable">Value of an environment variable, or null.</param>
internal sealed class ProviderKeys(Func<string, string?> variable)
{
    /// <summary>What to tell when nothing is configured at all; scripts compare this text.</summary>
    public const string NothingConfigured = "you must supply at least OPENAI_API_KEY, AZURE_OPENAI_API_KEY, ANTHROPIC_API_KEY, or a config file path";

    private readonly List<ConfiguredProvider> _providers = [];
    private string? _error;

    /// <summary>Whether there are AWS credentials, for which nothing is configured yet.</summary>
    public bool HasUnusedAwsCredentials => Value("AWS_ACCESS_KEY_ID") is not null || Value("AWS_PROFILE") is not null;

    /// <summary>Reads the environment. False with the reason when something that is set cannot be used.</summary>
    public bool TryRead(out IReadOnlyList<ConfiguredProvider> providers, [NotNullWhen(false)] out string? error)
    {
        AddAzure();
        AddOpenAI();
        AddAnthropic();
        AddKeyed("gemini", "Gemini", "GEMINI_API_KEY", "GEMINI_BASE_URL", "https://generativelanguage.googleapis.com/v1beta/openai", ["gemini-*"], "gemini-2.5-flash");
        AddKeyed("mistral", "Mistral", "MISTRAL_API_KEY", "MISTRAL_BASE_URL", "https://api.mistral.ai/v1",
            ["mistral-*", "ministral-*", "magistral-*", "codestral-*", "devstral-*", "pixtral-*", "open-mistral-*", "open-mixtral-*"], "mistral-small-latest");
        AddKeyed("groq", "Groq", "GROQ_API_KEY", "GROQ_BASE_URL", "https://api.groq.com/openai/v1",
            ["llama-*", "meta-llama/*", "openai/*", "moonshotai/*", "qwen/*", "groq/*", "whisper-large-*"], "llama-3.1-8b-instant");
        AddCohere();
        AddOllama();
        providers = _providers;
        error = _error;
        return error is null;
    }

    private string? Value(string name) => variable(name) is { Length: > 0 } value ? value : null;

    private void AddAzure()
    {
        const string Key = "AZURE_OPENAI_API_KEY";
        if (Value(Key) is null)
            return;
        if (Value("AZURE_OPENAI_ENDPOINT") is not { } url)
            _error ??= $"AZURE_OPENAI_ENDPOINT environment variable is required when {Key} is set";
        else if (Value("OPENAI_API_VERSION") is not { } version)
            _error ??= $"OPENAI_API_VERSION environment variable is required when {Key} is set";
        else if (Endpoint("AZURE_OPENAI_ENDPOINT", url) is { } endpoint)
            _providers.Add(new ConfiguredProvider { Name = "azure-openai", Title = "Azure OpenAI", Endpoint = endpoint, Schema = "AzureOpenAI", Version = version, KeyVariable = Key, PolicyType = "AzureAPIKey" });
    }

    private void AddOpenAI()
    {
        if (Value("OPENAI_API_KEY") is null || Endpoint("OPENAI_BASE_URL", Value("OPENAI_BASE_URL") ?? "https://api.openai.com/v1") is not { } endpoint)
            return;
        _providers.Add(new ConfiguredProvider
        {
            Name = "openai",
            Title = "OpenAI",
            Endpoint = endpoint,
            KeyVariable = "OPENAI_API_KEY",
            Models = ["gpt-*", "chatgpt-*", "o1*", "o3*", "o4*", "text-embedding-*", "dall-e-*", "tts-*", "whisper-1", "omni-moderation-*", "codex-*", "computer-use-*", "ft:*"],
            ExampleModel = "gpt-4.1-mini",
            Headers = [.. Header("OpenAI-Organization", "OPENAI_ORG_ID"), .. Header("OpenAI-Project", "OPENAI_PROJECT_ID")],
        });
    }

    private void AddAnthropic()
    {
        if (Value("ANTHROPIC_API_KEY") is null || Endpoint("ANTHROPIC_BASE_URL", Value("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com/v1") is not { } endpoint)
            return;

        // Anthropic's own SDKs want this variable without a path and add /v1 themselves.
        endpoint = endpoint.Prefix.Length == 0 ? endpoint with { Prefix = "v1" } : endpoint;
        _providers.Add(new ConfiguredProvider
        {
            Name = "anthropic",
            Title = "Anthropic",
            Endpoint = endpoint,
            Schema = "Anthropic",
            KeyVariable = "ANTHROPIC_API_KEY",
            PolicyType = "AnthropicAPIKey",
            Models = ["claude-*"],
        });
    }

    private void AddCohere()
    {
        const string Key = "COHERE_API_KEY";
        if (Value(Key) is null || Endpoint("COHERE_BASE_URL", Value("COHERE_BASE_URL") ?? "https://api.cohere.com") is not { } endpoint)
            return;
        _providers.Add(new ConfiguredProvider
        {
            Name = "cohere",
            Title = "Cohere",
            Endpoint = endpoint with { Prefix = "compatibility/v1" },
            KeyVariable = Key,
            Models = ["command-*", "embed-*", "c4ai-*"],
            ExampleModel = "command-a-03-2025",
        });
        _providers.Add(new ConfiguredProvider
        {
            Name = "cohere-rerank",
            Title = "Cohere",
            Endpoint = endpoint with { Prefix = "" },
            Schema = "Cohere",
            Version = "v2",
            KeyVariable = Key,
            Models = ["rerank-*"],
            MayCatchAll = false,
        });
    }

    private void AddOllama()
    {
        if (Value("OLLAMA_HOST") is not { } host)
            return;
        var url = host.Contains("://", StringComparison.Ordinal) ? host : $"http://{host}";
        if (Endpoint("OLLAMA_HOST", url) is not { } endpoint)
            return;

        // The variable also tells the Ollama server where to listen: "every address", and no port for its default.
        var hasPort = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/').Split(']')[^1].Contains(':', StringComparison.Ordinal);
        endpoint = endpoint with { Host = endpoint.Host is "0.0.0.0" or "::" ? "127.0.0.1" : endpoint.Host, Port = hasPort || endpoint.Tls ? endpoint.Port : 11434, Prefix = "v1" };
        _providers.Add(new ConfiguredProvider { Name = "ollama", Title = "Ollama", Endpoint = endpoint, Models = ["*:*"] });
    }

    private void AddKeyed(string name, string title, string keyVariable, string urlVariable, string defaultUrl, IReadOnlyList<string> models, string example)
    {
        if (Value(keyVariable) is not null && Endpoint(urlVariable, Value(urlVariable) ?? defaultUrl) is { } endpoint)
            _providers.Add(new ConfiguredProvider { Name = name, Title = title, Endpoint = endpoint, KeyVariable = keyVariable, Models = models, ExampleModel = example });
    }

    private IEnumerable<(string Name, string Value)> Header(string name, string source) => Value(source) is { } value ? [(name, value)] : [];

    private ProviderEndpoint? Endpoint(string name, string url)
    {
        if (ProviderEndpoint.TryParse(url, out var endpoint))
            return endpoint;
        _error ??= $"{name} must be an http or https URL, such as https://host/v1";
        return null;
    }
}
