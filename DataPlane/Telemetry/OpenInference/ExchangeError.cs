using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>A failed exchange as a client library would report it.</summary>
/// <param name="Type">Name of the exception class.</param>
/// <param name="Message"><c>Error code: 429 - {body}</c>, without the body when outputs are hidden.</param>
internal sealed record ExchangeError(string Type, string Message)
{
    private const int MaxBodyBytes = 4096;

    /// <summary>Describes the failure of an exchange that did not succeed and was not cancelled by the client.</summary>
    /// <param name="reading">The exchange.</param>
    /// <param name="showBody">Whether the body may be shown.</param>
    public static ExchangeError Of(ExchangeReading reading, bool showBody)
    {
        var capture = reading.Capture;
        var code = string.Create(CultureInfo.InvariantCulture, $"Error code: {capture.Status}");
        if (capture.Status == 0) return new ExchangeError(TypeOf(reading), capture.ErrorCode is { } reason ? $"no answer ({reason})" : "no answer");
        var body = showBody ? Body(reading) : "";
        return new ExchangeError(TypeOf(reading), body.Length == 0 ? code : $"{code} - {body}");
    }

    private static string Body(ExchangeReading reading)
    {
        if (!reading.HasAnswer) return Cut(reading.Capture.ResponseBody);
        if (reading.EmbeddedError is { } error)
        {
            // Of a failed response object only its error: the rest is the answer, which has its own attributes.
            var shown = error.String("object") == "response" ? error.Get("error")!.Value : error;
            return Cut(Encoding.UTF8.GetBytes(shown.GetRawText()));
        }

        return $"the answer broke off{(reading.Capture.ErrorCode is { } code ? $" ({code})" : "")}";
    }

    private static string Cut(ReadOnlyMemory<byte> body)
    {
        var clean = JsonRepair.Bytes(body).Span;
        if (clean.Length <= MaxBodyBytes) return JsonRepair.Text(Encoding.UTF8.GetString(clean));
        var end = MaxBodyBytes;
        while (end > 0 && (clean[end] & 0xC0) == 0x80) end--; // not inside a character
        return JsonRepair.Text(Encoding.UTF8.GetString(clean[..end]));
    }

    private static string TypeOf(ExchangeReading reading)
    {
        var capture = reading.Capture;
        if (reading.EmbeddedError is { } error) return OfEmbedded(error);
        if (capture.Outcome == ExchangeOutcome.TimedOut || capture.ErrorCode == GatewayError.UpstreamTimeout.Code) return "APITimeoutError";
        if (capture.Status == 0 || reading.HasAnswer || capture.ErrorCode == GatewayError.UpstreamUnreachable.Code || capture.ErrorCode == GatewayError.UpstreamReset.Code)
            return "APIConnectionError";
        return OfStatus(capture.Status);
    }

    private static string OfStatus(long status) => status switch
    {
        400 => "BadRequestError",
        401 => "AuthenticationError",
        403 => "PermissionDeniedError",
        404 => "NotFoundError",
        409 => "ConflictError",
        413 => "RequestTooLargeError",
        422 => "UnprocessableEntityError",
        429 => "RateLimitError",
        529 => "OverloadedError",
        >= 500 and < 600 => "InternalServerError",
        _ => "Error",
    };

    // An error inside a stream has no status of its own, but names its kind.
    private static string OfEmbedded(JsonElement root)
    {
        var error = root.Object("error") ?? root;
        if ((error.Long("code") ?? error.Long("status")) is { } status) return OfStatus(status);
        string?[] names = [error.String("type"), error.String("code")];
        return names.Select(name => name switch
        {
            "invalid_request_error" or "invalid_prompt" => "BadRequestError",
            "authentication_error" => "AuthenticationError",
            "permission_error" => "PermissionDeniedError",
            "not_found_error" => "NotFoundError",
            "request_too_large" => "RequestTooLargeError",
            "rate_limit_error" or "rate_limit_exceeded" => "RateLimitError",
            "overloaded_error" => "OverloadedError",
            "timeout_error" => "APITimeoutError",
            "api_error" or "server_error" => "InternalServerError",
            _ => null,
        }).FirstOrDefault(type => type is not null) ?? "Error";
    }
}
