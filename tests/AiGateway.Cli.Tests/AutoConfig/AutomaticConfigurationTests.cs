using AiGateway.Cli.AutoConfig;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;

namespace AiGateway.Cli.Tests.AutoConfig;

public sealed class AutomaticConfigurationTests
{
    [Fact]
    public void Yaml_OpenAIAlone_ServesEveryModelWithItsKey()
    {
        var snapshot = Compile(out var yaml, ("OPENAI_API_KEY", "sk-secret"), ("OPENAI_ORG_ID", "org-$1\"x"), ("OPENAI_PROJECT_ID", "proj"));

        var backend = Assert.Single(snapshot.Backends, static backend => backend.ServiceBackend == "default/openai" && backend.Name.Contains("rule/0", StringComparison.Ordinal));
        Assert.Equal(ProviderSchema.OpenAI, backend.Schema);
        Assert.Equal("v1", backend.Prefix);
        Assert.Equal("sk-secret", Assert.IsType<CredentialSpec.ApiKey>(backend.Credential).Key!.Reveal());
        Assert.Equal([new("openai-organization", "org-$1\"x"), new("openai-project", "proj")], backend.HeaderMutation!.Set);
        Assert.DoesNotContain("sk-secret", yaml, StringComparison.Ordinal);
        var pool = Assert.Single(snapshot.Pools);
        Assert.Equal(("api.openai.com", 443), (pool.Endpoints[0].Host, pool.Endpoints[0].Port));
        Assert.NotNull(pool.Tls);
        Assert.Equal("default/openai", BackendOf(snapshot, "gpt-4.1"));
        Assert.Equal("default/openai", BackendOf(snapshot, "anything"));
        Assert.Equal(1975, Assert.Single(snapshot.Listeners).Port);
    }

    [Fact]
    public void Yaml_EveryKey_RoutesByModelNameAndAzureGetsTheRest()
    {
        var snapshot = Compile(out _,
            ("AZURE_OPENAI_API_KEY", "a"), ("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/"), ("OPENAI_API_VERSION", "2025-01-01-preview"),
            ("OPENAI_API_KEY", "o"), ("ANTHROPIC_API_KEY", "c"), ("GEMINI_API_KEY", "g"), ("MISTRAL_API_KEY", "m"), ("GROQ_API_KEY", "q"), ("COHERE_API_KEY", "h"), ("OLLAMA_HOST", "0.0.0.0"));

        Assert.Equal("default/openai", BackendOf(snapshot, "gpt-4.1"));
        Assert.Equal("default/openai", BackendOf(snapshot, "o3-mini"));
        Assert.Equal("default/openai", BackendOf(snapshot, "text-embedding-3-small"));
        Assert.Equal("default/anthropic", BackendOf(snapshot, "claude-sonnet-4-5"));
        Assert.Equal("default/gemini", BackendOf(snapshot, "gemini-2.5-flash"));
        Assert.Equal("default/mistral", BackendOf(snapshot, "open-mistral-nemo"));
        Assert.Equal("default/groq", BackendOf(snapshot, "llama-3.1-8b-instant"));
        Assert.Equal("default/cohere", BackendOf(snapshot, "command-a-03-2025"));
        Assert.Equal("default/cohere-rerank", BackendOf(snapshot, "rerank-v3.5"));
        Assert.Equal("default/ollama", BackendOf(snapshot, "qwen3:0.6b"));
        Assert.Equal("default/azure-openai", BackendOf(snapshot, "my-deployment"));
        var azure = snapshot.Backends.First(static backend => backend.ServiceBackend == "default/azure-openai");
        Assert.Equal((ProviderSchema.AzureOpenAI, "2025-01-01-preview"), (azure.Schema, azure.Version));
        Assert.IsType<CredentialSpec.AzureApiKey>(azure.Credential);
        Assert.Equal("compatibility/v1", snapshot.Backends.First(static backend => backend.ServiceBackend == "default/cohere").Prefix);
        Assert.Equal("v1beta/openai", snapshot.Backends.First(static backend => backend.ServiceBackend == "default/gemini").Prefix);
        Assert.Null(snapshot.Backends.First(static backend => backend.ServiceBackend == "default/ollama").Credential);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8000/v1", "127.0.0.1", 8000, "v1", false)]
    [InlineData("https://host.example/compatible-mode/v1/", "host.example", 443, "compatible-mode/v1", true)]
    [InlineData("http://host.example:8080", "host.example", 8080, "", false)]
    [InlineData("https://192.0.2.1/v1", "192.0.2.1", 443, "v1", true)]
    public void Yaml_OpenAIBaseUrl_IsTakenApart(string url, string host, int port, string prefix, bool tls)
    {
        var snapshot = Compile(out _, ("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", url));

        var pool = Assert.Single(snapshot.Pools);
        Assert.Equal((host, port), (pool.Endpoints[0].Host, pool.Endpoints[0].Port));
        Assert.Equal(tls, pool.Tls is not null);
        Assert.All(snapshot.Backends, backend => Assert.Equal(prefix, backend.Prefix));
    }

    [Theory]
    [InlineData("https://api.anthropic.com", "v1")]
    [InlineData("https://proxy.example/anthropic/v1", "anthropic/v1")]
    public void Yaml_AnthropicBaseUrl_MayLeaveTheVersionOut(string url, string prefix)
    {
        var snapshot = Compile(out _, ("ANTHROPIC_API_KEY", "k"), ("ANTHROPIC_BASE_URL", url));

        Assert.All(snapshot.Backends, backend => Assert.Equal(prefix, backend.Prefix));
        Assert.All(snapshot.Backends, static backend => Assert.IsType<CredentialSpec.AnthropicApiKey>(backend.Credential));
    }

    [Theory]
    [InlineData("localhost", "localhost", 11434)]
    [InlineData("0.0.0.0:8080", "127.0.0.1", 8080)]
    [InlineData("http://ollama.lan", "ollama.lan", 11434)]
    [InlineData("https://ollama.lan/", "ollama.lan", 443)]
    public void Yaml_OllamaHost_IsReadAsOllamaDoes(string value, string host, int port)
    {
        var snapshot = Compile(out _, ("OLLAMA_HOST", value));

        var endpoint = Assert.Single(snapshot.Pools).Endpoints[0];
        Assert.Equal((host, port), (endpoint.Host, endpoint.Port));
        Assert.Equal("default/ollama", BackendOf(snapshot, "anything"));
    }

    [Fact]
    public void TryRead_UnusableUrl_NamesTheVariable()
    {
        var keys = new ProviderKeys(static name => name switch
        {
            "OPENAI_API_KEY" => "k",
            "OPENAI_BASE_URL" => "ftp://x",
            _ => null,
        });

        Assert.False(keys.TryRead(out _, out var error));
        Assert.StartsWith("OPENAI_BASE_URL", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_AwsKeys_AreNoticedButNotUsed()
    {
        var keys = new ProviderKeys(static name => name == "AWS_ACCESS_KEY_ID" ? "k" : null);

        Assert.True(keys.TryRead(out var providers, out _));
        Assert.Empty(providers);
        Assert.True(keys.HasUnusedAwsCredentials);
    }

    private static GatewaySnapshot Compile(out string yaml, params (string Name, string Value)[] variables)
    {
        string? Variable(string name) => variables.Where(variable => variable.Name == name).Select(static variable => variable.Value).FirstOrDefault();
        Assert.True(new ProviderKeys(Variable).TryRead(out var providers, out var error), error);
        yaml = AutomaticGateway.Yaml() + AutomaticConfiguration.Yaml(providers);
        var result = SnapshotBuilder.Build(new ManifestLoader(Variable).LoadText(yaml, "automatic.yaml"), new CompilationOptions { LoadTime = DateTimeOffset.UnixEpoch });
        Assert.True(result.Findings.Count == 0, string.Join("\n", result.Findings.Select(FindingWriter.ToText)) + "\n" + yaml);
        return result.Snapshot;
    }

    /// <summary>The backend of the first rule that matches, as the engine decides.</summary>
    private static string BackendOf(GatewaySnapshot snapshot, string model)
    {
        var rule = Assert.Single(snapshot.Routes).Rules.First(rule => rule.Matches.Any(match => match.Headers.Any(header =>
            header.IsRegex ? System.Text.RegularExpressions.Regex.IsMatch(model, $"^(?:{header.Value})$") : header.Value == model)));
        var backend = Assert.Single(rule.BackendRefs).Backend;
        return snapshot.Backends.First(candidate => candidate.Name == backend).ServiceBackend;
    }
}
