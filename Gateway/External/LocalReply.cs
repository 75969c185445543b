using System.Buffers;
using System.Globalization;
using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol;
using Google.Protobuf;

namespace AiGateway.Gateway.External;

/// <summary>An answer that no backend gave: a service's immediate response, or the gateway's own when something failed.</summary>
/// <param name="Headers">Head, status included.</param>
/// <param name="Body">Body.</param>
/// <param name="Details">Why, with the words of Envoy's <c>response.code_details</c>; services switch on them.</param>
/// <param name="Error">Catalogue entry when the gateway made it; null for a service's answer.</param>
internal sealed record LocalReply(HeaderList Headers, ReadOnlyMemory<byte> Body, string Details, GatewayError? Error)
{
    /// <summary>How an exchange has ended whose answer this is, or which this cut off.</summary>
    public ExchangeOutcome Outcome => Error is null ? ExchangeOutcome.Rejected : Outcomes.Of(Error);

    /// <summary>What a service wants the client to get.</summary>
    /// <param name="answer">Its answer, an immediate response.</param>
    /// <param name="allowEnvoy"><c>x-envoy-*</c> may be set.</param>
    /// <returns>Null when a header is invalid.</returns>
    public static LocalReply? Of(in OutboundMessage answer, bool allowEnvoy)
    {
        var response = answer.Message.ImmediateResponse;
        var body = answer.ImmediateBody.ToArray();
        var status = (int)(response.Status?.Code ?? 0);
        var headers = Head(status is >= 200 and < 600 ? status : 200, "text/plain", body.Length); // without a status Envoy says 200
        if (!HeaderRules.TryApply(response.Headers, headers, allowEnvoy)) return null;
        headers.Set("content-length", body.Length.ToString(CultureInfo.InvariantCulture)); // whatever the service says
        return new LocalReply(headers, body, response.Details.Replace(' ', '_'), null);
    }

    /// <summary>The gateway's own, in the caller's dialect until a service finds better words.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="rejection">What is wrong.</param>
    /// <param name="requestId">Finds the log entry.</param>
    public static LocalReply Of(Dialect dialect, Rejection rejection, string requestId)
    {
        var body = new ArrayBufferWriter<byte>(512);
        ErrorBody.Write(body, dialect, rejection.Error, rejection.Message, rejection.Param, requestId);
        return new LocalReply(Head(rejection.Error.Status, "application/json", body.WrittenCount), body.WrittenMemory, DetailsOf(rejection.Error), rejection.Error);
    }

    /// <summary>What a failed service leaves behind.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="error">Which kind of failure.</param>
    /// <param name="details">As Envoy has it.</param>
    /// <param name="requestId">Finds the log entry.</param>
    public static LocalReply Of(Dialect dialect, GatewayError error, string details, string requestId)
    {
        var body = new ArrayBufferWriter<byte>(512);
        ErrorBody.Write(body, dialect, error, error.Meaning, null, requestId);
        return new LocalReply(Head(error.Status, "application/json", body.WrittenCount), body.WrittenMemory, details, error);
    }

    private static HeaderList Head(int status, string contentType, int length)
    {
        var headers = new HeaderList(Encoding.Latin1);
        headers.Add(":status", ByteString.CopyFromUtf8(status.ToString(CultureInfo.InvariantCulture)));
        headers.Add("content-length", ByteString.CopyFromUtf8(length.ToString(CultureInfo.InvariantCulture)));
        headers.Add("content-type", ByteString.CopyFromUtf8(contentType));
        return headers;
    }

    private static string DetailsOf(GatewayError error)
    {
        if (error == GatewayError.RequestTooLarge) return "request_payload_too_large";
        if (error == GatewayError.RequestTimeout) return "request_overall_timeout";
        if (error == GatewayError.UpstreamTimeout) return "response_timeout";
        if (error == GatewayError.UpstreamUnreachable) return "upstream_reset_before_response_started{connection_failure}";
        if (error == GatewayError.UpstreamReset) return "upstream_reset_before_response_started{connection_termination}";
        if (error == GatewayError.UpstreamInvalid) return "upstream_reset_before_response_started{protocol_error}";
        return error == GatewayError.ModelNotFound || error == GatewayError.UnknownPath ? "route_not_found" : error.Code;
    }
}
