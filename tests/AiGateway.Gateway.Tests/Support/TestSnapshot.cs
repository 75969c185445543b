using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>Builds small snapshots: one listener on a free port, one route, rules added one by one.</summary>
internal sealed class TestSnapshot
{
    private readonly List<RuleSpec> _rules = [];
    private readonly List<BackendSpec> _backends = [];
    private readonly List<PoolSpec> _pools = [];
    private readonly List<HttpRouteSpec> _httpRoutes = [];
    private readonly List<ProcessorSpec> _processors = [];
    private int _revision;

    public ListenerSpec Listener { get; set; } = new() { Name = "default/gw/http", Port = 0, Addresses = ["127.0.0.1"] };

    public IReadOnlyList<CostSpec> Costs { get; set; } = [];

    public IReadOnlyList<string> Hostnames { get; set; } = [];

    /// <summary>Adds a pool on loopback and gives its name.</summary>
    public string Pool(int port, Func<PoolSpec, PoolSpec>? change = null)
    {
        var pool = new PoolSpec { Name = $"default/pool-{_pools.Count}", Endpoints = [new EndpointSpec { Host = "127.0.0.1", Port = port }] };
        _pools.Add(change is null ? pool : change(pool));
        return _pools[^1].Name;
    }

    /// <summary>Adds a rule for a model with one backend on a port.</summary>
    public TestSnapshot Route(string model, int port, ProviderSchema schema = ProviderSchema.OpenAI, Func<BackendSpec, BackendSpec>? backend = null, Func<RuleSpec, RuleSpec>? rule = null) =>
        Rule(model, [Backend(port, schema, backend)], rule);

    /// <summary>Adds a rule with several backends.</summary>
    public TestSnapshot Rule(string? model, IReadOnlyList<BackendRefSpec> references, Func<RuleSpec, RuleSpec>? change = null)
    {
        var rule = new RuleSpec
        {
            ModelsCreatedAt = DateTimeOffset.UnixEpoch,
            BackendRefs = references,
            Matches = model is null ? [] : [new MatchSpec { Headers = [new HeaderMatchSpec("x-ai-eg-model", model, IsRegex: false)] }],
        };
        _rules.Add(change is null ? rule : change(rule));
        return this;
    }

    /// <summary>Adds a backend and gives a reference to it.</summary>
    public BackendRefSpec Backend(int port, ProviderSchema schema = ProviderSchema.OpenAI, Func<BackendSpec, BackendSpec>? change = null, int priority = 0, int weight = 1, string? pool = null)
    {
        var backend = new BackendSpec
        {
            Name = $"default/backend-{_backends.Count}/route/test/rule/{_rules.Count}/ref/0",
            ServiceBackend = $"default/backend-{_backends.Count}",
            Schema = schema,
            Version = schema == ProviderSchema.AzureOpenAI ? "2025-01-01-preview" : null,
            Pool = pool ?? Pool(port),
            Credential = schema switch
            {
                ProviderSchema.Anthropic => new CredentialSpec.AnthropicApiKey(new SecretString("planted-anthropic-key")),
                ProviderSchema.AzureOpenAI => new CredentialSpec.AzureApiKey(new SecretString("planted-azure-key")),
                _ => new CredentialSpec.ApiKey(new SecretString("planted-openai-key")),
            },
        };
        _backends.Add(change is null ? backend : change(backend));
        return new BackendRefSpec(_backends[^1].Name, weight, priority);
    }

    /// <summary>Lets a service see every exchange of the route; behind those that were added before.</summary>
    public TestSnapshot Processor(ScriptedService service, Func<ProcessorSpec, ProcessorSpec>? change = null)
    {
        var spec = new ProcessorSpec
        {
            Name = service.Name,
            Pool = Pool(service.Port, pool => pool with { Http2 = true }),
            MessageTimeout = TimeSpan.FromSeconds(20),
            Request = new ProcessorDirection(ProcessorBodyMode.Buffered, []),
            Response = new ProcessorDirection(ProcessorBodyMode.Buffered, []),
        };
        _processors.Add(change is null ? spec : change(spec));
        return this;
    }

    public TestSnapshot Http(HttpRouteSpec route)
    {
        _httpRoutes.Add(route);
        return this;
    }

    public GatewaySnapshot Build() => new()
    {
        Revision = $"sha256:test-{++_revision}",
        Listeners = [Listener],
        Routes = [new RouteSpec { Name = "default/test", Listeners = [Listener.Name], Hostnames = Hostnames, Rules = [.. _rules], Costs = Costs, Processors = [.. _processors.Select(processor => processor.Name)] }],
        Processors = [.. _processors],
        Backends = [.. _backends],
        Pools = [.. _pools],
        HttpRoutes = [.. _httpRoutes],
    };
}
