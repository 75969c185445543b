using System.Reflection;
using AiGateway.EndToEnd.Tests.Topologies;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>
/// The table of docs/topologies.md in code. A test that expects different things of two topologies names the row that allows it, and expects something definite on
/// both sides.
/// </summary>
internal static class Differences
{
    /// <summary>Envoy has no message by which an event could be added to a stream whose backend is gone.</summary>
    public static readonly Difference BrokenStreamIsCut = new("A stream that breaks off is cut", Topology.Envoy);

    /// <summary>Envoy decides about retries when it has the head, and has committed to the answer from then on.</summary>
    public static readonly Difference BrokenBodyIsNotRepeated = new("A body that breaks off is not repeated", Topology.Envoy);

    /// <summary>Taking it apart would mean to hold its chunks back.</summary>
    public static readonly Difference CompressedStreamPasses = new("A compressed event stream passes as it is", Topology.Envoy);

    /// <summary>The next attempt's stream would find no exchange without it.</summary>
    public static readonly Difference ProviderSeesInternalId = new("Providers see `x-ai-eg-internal-req-id`", Topology.Envoy);

    /// <summary>The path is the caller's text, and the answer is a template that does not escape.</summary>
    public static readonly Difference UnknownPathIsNotQuoted = new("An unknown path is not quoted", Topology.Envoy);

    /// <summary>Envoy counts the body before the service sees it.</summary>
    public static readonly Difference LimitIsNotNamed = new("The limit of a body is not named", Topology.Envoy);

    /// <summary>Envoy names itself.</summary>
    public static readonly Difference AnswersNameEnvoy = new("Answers carry `server: envoy`", Topology.Envoy);

    /// <summary>The upstream stream opens when there is a connection, so the service never learns which backend was tried.</summary>
    public static readonly Difference RefusedBackendIsNotLogged = new("A backend that refuses connections is not in the log", Topology.Envoy);

    /// <summary>Envoy closes the service's stream without saying why.</summary>
    public static readonly Difference BrokenExchangeIsLoggedByEnvoyAlone = new("The end of a broken exchange is known to Envoy alone", Topology.Envoy);

    /// <summary>Envoy's own log fields.</summary>
    public static readonly Difference LogHasEnvoysNames = new("Fields of the access log that name parts of Envoy", Topology.Envoy);

    /// <summary>Listeners, routes and clusters are Envoy's; the service is a process that can be away.</summary>
    public static readonly Difference ServiceCanBeAway = new("The service can be away", Topology.Envoy);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Difference> All { get; } =
        [.. typeof(Differences).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.FieldType == typeof(Difference)).Select(static field => (Difference)field.GetValue(null)!)];
}
