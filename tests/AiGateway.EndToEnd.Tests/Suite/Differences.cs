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

    /// <summary>The service has answered the head of an answer, and so is committed to it, before the body is there.</summary>
    public static readonly Difference BrokenBodyIsNotRepeated = new("A body that breaks off is not repeated", Topology.Envoy, Topology.External);

    /// <summary>Taking it apart would mean to hold its chunks back.</summary>
    public static readonly Difference CompressedStreamPasses = new("A compressed event stream passes as it is", Topology.Envoy, Topology.External);

    /// <summary>The next attempt's stream would find no exchange without it.</summary>
    public static readonly Difference ProviderSeesInternalId = new("Providers see `x-ai-eg-internal-req-id`", Topology.Envoy);

    /// <summary>The path is the caller's text, and the answer is a template that does not escape.</summary>
    public static readonly Difference UnknownPathIsNotQuoted = new("An unknown path is not quoted", Topology.Envoy);

    /// <summary>The body is counted before the service sees it, and the words of the answer are the service's.</summary>
    public static readonly Difference LimitIsNotNamed = new("The limit of a body is not named", Topology.Envoy, Topology.External);

    /// <summary>Envoy names itself.</summary>
    public static readonly Difference AnswersNameEnvoy = new("Answers carry `server: envoy`", Topology.Envoy);

    /// <summary>The upstream stream opens when there is a connection, so the service never learns which backend was tried.</summary>
    public static readonly Difference RefusedBackendIsNotLogged = new("A backend that refuses connections is not in the log", Topology.Envoy);

    /// <summary>The service's stream is closed without saying why.</summary>
    public static readonly Difference BrokenExchangeIsLoggedAlone = new("The service does not hear how a broken exchange ended", Topology.Envoy, Topology.External);

    /// <summary>Envoy's own log fields.</summary>
    public static readonly Difference LogHasEnvoysNames = new("Fields of the access log that name parts of Envoy", Topology.Envoy);

    /// <summary>It is a process of its own.</summary>
    public static readonly Difference ServiceCanBeAway = new("The service can be away", Topology.Envoy, Topology.External);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Difference> All { get; } =
        [.. typeof(Differences).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.FieldType == typeof(Difference)).Select(static field => (Difference)field.GetValue(null)!)];
}
