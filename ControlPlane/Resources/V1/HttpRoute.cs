namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Plain HTTP routing.</summary>
internal sealed class HttpRoute : Resource
{
    public required IReadOnlyList<ParentReference> ParentRefs { get; init; }

    public required IReadOnlyList<string> Hostnames { get; init; }

    public required IReadOnlyList<HttpRouteRule> Rules { get; init; }
}

/// <summary>One rule.</summary>
internal sealed class HttpRouteRule
{
    public required IReadOnlyList<HttpRouteMatch> Matches { get; init; }

    public required IReadOnlyList<HttpBackendRef> BackendRefs { get; init; }

    public RouteTimeouts? Timeouts { get; init; }
}

/// <summary>One alternative of a rule; all its conditions must hold.</summary>
internal sealed record HttpRouteMatch(
    string PathType, string Path, string? Method, IReadOnlyList<HeaderMatch> Headers, bool HasQueryParams);

/// <summary>One target with its share.</summary>
internal sealed record HttpBackendRef(ObjectReference Target, int Weight);
