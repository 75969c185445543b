namespace AiGateway.ControlPlane.Envoy;

/// <summary>Paths on which the external processing service has to see a request before its route is known, of one client dialect.</summary>
/// <param name="Name">Dialect, for the names of routes and as the service spells it in its metadata.</param>
/// <param name="Paths">Whole paths; one trailing slash is tolerated.</param>
/// <param name="Below">Beginnings, with a slash at the end, of further paths (one model of a list).</param>
/// <param name="Root">Beginning of all paths that are this dialect's even when nothing serves them; empty for the dialect of everything else.</param>
/// <param name="Errors">What Envoy answers in this dialect by itself.</param>
public sealed record AiPathSet(string Name, IReadOnlyList<string> Paths, IReadOnlyList<string> Below, string Root, AiErrors Errors);
