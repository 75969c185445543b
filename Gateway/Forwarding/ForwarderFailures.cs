using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.Gateway.Forwarding;

/// <summary>What YARP's failures are called in the gateway's catalogue.</summary>
internal static class ForwarderFailures
{
    /// <summary>The answer to a request that could not be forwarded, or null when its client is the one that failed.</summary>
    /// <param name="failure">What YARP reports.</param>
    /// <param name="drained">The drain time is over, which cancels; otherwise what cancels is the route's deadline.</param>
    public static Rejection? Of(IForwarderErrorFeature failure, bool drained) => failure.Error switch
    {
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled => drained
            ? new(GatewayError.Draining, "the gateway is shutting down")
            : new(GatewayError.UpstreamTimeout, "the request took longer than its route allows"),
        ForwarderError.RequestTimedOut => new(GatewayError.UpstreamTimeout, "the backend was silent longer than its route allows"),
        ForwarderError.Request => OfSending(failure.Exception as HttpRequestException),
        ForwarderError.NoAvailableDestinations => new(GatewayError.UpstreamUnreachable, "no endpoint of the backend is available"),
        ForwarderError.RequestBodyDestination or ForwarderError.ResponseBodyDestination => new(GatewayError.UpstreamReset, "the backend closed the connection before its answer was complete"),
        ForwarderError.ResponseHeaders => new(GatewayError.UpstreamInvalid, "the backend's answer is not valid HTTP"),
        ForwarderError.RequestBodyClient => failure.Exception?.GetBaseException() is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }
            ? new(GatewayError.RequestTimeout, "the request body did not arrive in time")
            : new(GatewayError.InvalidFraming, "the request body is broken"),
        ForwarderError.ResponseBodyClient or ForwarderError.UpgradeRequestClient or ForwarderError.UpgradeResponseClient => null,
        _ => new(GatewayError.Internal, "the request could not be forwarded"),
    };

    private static Rejection OfSending(HttpRequestException? exception) => exception?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(GatewayError.UpstreamUnreachable, "the backend's host name could not be resolved"),
        HttpRequestError.ConnectionError => new(GatewayError.UpstreamUnreachable, "no connection to the backend could be made"),
        HttpRequestError.SecureConnectionError => new(GatewayError.UpstreamUnreachable, "the TLS handshake with the backend failed"),
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded =>
            new(GatewayError.UpstreamInvalid, "the backend's answer is not valid HTTP"),
        _ => new(GatewayError.UpstreamReset, "the backend closed the connection before it answered"),
    };
}
