using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>The configuration of every test here: one listener, three models.</summary>
internal static class TestSnapshot
{
    /// <summary>Serves model <c>m</c>. Names are those of the manifest behind which the recordings were made.</summary>
    public const string First = "default/first/route/test/rule/0/ref/0";

    /// <summary>Serves model <c>f</c> first.</summary>
    public const string FirstOfFallback = "default/first/route/test/rule/1/ref/0";

    /// <summary>Azure; serves model <c>f</c> under another name when the first one failed.</summary>
    public const string Second = "default/second/route/test/rule/1/ref/1";

    /// <summary>Serves model <c>claude</c>.</summary>
    public const string Claude = "default/claude/route/test/rule/2/ref/0";

    public static GatewaySnapshot Build() => new()
    {
        Revision = "sha256:test",
        Listeners = [new ListenerSpec { Name = "default/test/http", Port = 0 }],
        Routes =
        [
            new RouteSpec
            {
                Name = "default/test",
                Listeners = ["default/test/http"],
                Rules = [Rule("m", First), Rule("f", FirstOfFallback, Second), Rule("claude", Claude)],
                Costs = [new CostSpec("input", CostKind.InputToken)],
            },
        ],
        Backends =
        [
            Backend(First, ProviderSchema.OpenAI, new CredentialSpec.ApiKey(new SecretString("key-of-first"))),
            Backend(FirstOfFallback, ProviderSchema.OpenAI, new CredentialSpec.ApiKey(new SecretString("key-of-first"))),
            Backend(Second, ProviderSchema.AzureOpenAI, new CredentialSpec.AzureApiKey(new SecretString("key-of-second"))) with { Version = "2025-01-01-preview", ModelNameOverride = "second-model" },
            Backend(Claude, ProviderSchema.Anthropic, new CredentialSpec.AnthropicApiKey(new SecretString("key-of-claude"))),
        ],
        Pools = [new PoolSpec { Name = "default/pool", Endpoints = [new EndpointSpec { Host = "127.0.0.1", Port = 1 }] }],
    };

    private static RuleSpec Rule(string model, params string[] backends) => new()
    {
        ModelsCreatedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Matches = [new MatchSpec { Headers = [new HeaderMatchSpec("x-ai-eg-model", model, IsRegex: false)] }],
        BackendRefs = [.. backends.Select((name, priority) => new BackendRefSpec(name, Priority: priority))],
    };

    private static BackendSpec Backend(string name, ProviderSchema schema, CredentialSpec credential) => new()
    {
        Name = name,
        ServiceBackend = string.Join('/', name.Split('/')[..2]),
        Schema = schema,
        Pool = "default/pool",
        Credential = credential,
    };
}
