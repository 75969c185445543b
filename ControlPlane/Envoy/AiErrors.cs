namespace AiGateway.ControlPlane.Envoy;

/// <summary>Errors that Envoy answers without the service, as JSON of one dialect. <c>%REQ(X-REQUEST-ID)%</c> and other operators may stand in it.</summary>
/// <param name="NotFound">The service found no model that a route serves.</param>
/// <param name="UnknownPath">Nothing serves the path.</param>
/// <param name="Reset">The backend broke off an answer of which the client has nothing yet.</param>
/// <param name="Timeout">Its answer was not complete in time.</param>
public sealed record AiErrors(string NotFound, string UnknownPath, string Reset, string Timeout);
