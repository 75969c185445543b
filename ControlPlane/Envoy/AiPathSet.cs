namespace AiGateway.ControlPlane.Envoy;

/// <summary>Paths on which the external processing service has to see a request before its route is known, of one client dialect.</summary>
/// <param name="Name">Dialect, for the names of routes.</param>
/// <param name="Paths">Whole paths; one trailing slash is tolerated.</param>
/// <param name="Below">Beginnings, with a slash at the end, of further paths (one model of a list).</param>
/// <param name="NotFoundJson">Answer when the service found no model that a route serves; <c>%REQ(X-REQUEST-ID)%</c> and other operators may stand in it.</param>
public sealed record AiPathSet(string Name, IReadOnlyList<string> Paths, IReadOnlyList<string> Below, string NotFoundJson);
