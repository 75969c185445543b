namespace AiGateway.Contracts.Snapshots;

/// <summary>
/// Everything one data plane needs to serve, as the two planes agreed on it. Immutable; compared by <see cref="Revision"/>, never by deep equality.
/// A data plane accepts every snapshot whose <see cref="SchemaMajor"/> it knows and ignores members it does not.
/// </summary>
public sealed record GatewaySnapshot
{
    /// <summary>The contract generation this build writes and reads.</summary>
    public const int CurrentSchemaMajor = 1;

    /// <summary>Contract generation; see <see cref="CurrentSchemaMajor"/>.</summary>
    public int SchemaMajor { get; init; } = CurrentSchemaMajor;

    /// <summary>Content hash, <c>sha256:&lt;hex&gt;</c>.</summary>
    public required string Revision { get; init; }

    /// <summary>Sockets to accept on. Several entries may share a port (virtual hosts).</summary>
    public IReadOnlyList<ListenerSpec> Listeners { get; init; } = [];

    /// <summary>AI routes in precedence order of their objects: oldest first, then by <c>namespace/name</c>.</summary>
    public IReadOnlyList<RouteSpec> Routes { get; init; } = [];

    /// <summary>One entry per (rule, backendRef) of every AI route.</summary>
    public IReadOnlyList<BackendSpec> Backends { get; init; } = [];

    /// <summary>Network targets that backends and plain HTTP routes point at.</summary>
    public IReadOnlyList<PoolSpec> Pools { get; init; } = [];

    /// <summary>Routes whose bodies the gateway does not touch (HTTPRoute).</summary>
    public IReadOnlyList<HttpRouteSpec> HttpRoutes { get; init; } = [];

    /// <summary>External processors that routes name.</summary>
    public IReadOnlyList<ProcessorSpec> Processors { get; init; } = [];

    /// <summary>Gateway-wide request costs, used for keys that the route did not define.</summary>
    public IReadOnlyList<CostSpec> GlobalCosts { get; init; } = [];

    /// <summary>
    /// True: a proxy in front decides where a request goes and says which route and backend it chose. Then there are no listeners and no pools,
    /// <see cref="Routes"/> say only what requests of a route cost, any of the <see cref="Backends"/> may serve any request, and
    /// <see cref="ModelLists"/> are what clients may be told. Only a host that is asked per attempt can serve such a snapshot.
    /// </summary>
    public bool RoutesElsewhere { get; init; }

    /// <summary>Model lists by host, when no route here declares models; the most specific host wins. Empty unless <see cref="RoutesElsewhere"/>.</summary>
    public IReadOnlyList<ModelListSpec> ModelLists { get; init; } = [];
}
