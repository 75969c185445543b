using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Errors;

/// <summary>Writes errors the way the client's dialect spells them. The only place that makes error JSON.</summary>
public static class ErrorBody
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An error of the gateway itself.</summary>
    /// <param name="output">Target.</param>
    /// <param name="dialect">The caller's dialect.</param>
    /// <param name="error">Catalogue entry.</param>
    /// <param name="message">What the caller reads.</param>
    /// <param name="param">Offending member, or null.</param>
    /// <param name="requestId">Finds the log entry.</param>
    public static void Write(IBufferWriter<byte> output, Dialect dialect, GatewayError error, string message, string? param, string requestId)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.OpenAI:
                json.WriteStartObject("error"u8);
                json.WriteString("message"u8, message);
                json.WriteString("type"u8, OpenAIType(error.Status));
                json.WriteString("param"u8, param);
                json.WriteString("code"u8, error.Code);
                json.WriteEndObject();
                json.WriteString("request_id"u8, requestId);
                break;
            case Dialect.Anthropic:
                json.WriteString("type"u8, "error"u8);
                json.WriteStartObject("error"u8);
                json.WriteString("type"u8, AnthropicType(error.Status));
                json.WriteString("message"u8, message);
                json.WriteString("code"u8, error.Code);
                json.WriteEndObject();
                json.WriteString("request_id"u8, requestId);
                break;
            case Dialect.Cohere:
                json.WriteString("message"u8, message);
                json.WriteString("code"u8, error.Code);
                json.WriteString("request_id"u8, requestId);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);
        }

        json.WriteEndObject();
    }

    /// <summary>A backend's error body that is not JSON, wrapped so that the caller's client library can read it.</summary>
    /// <param name="output">Target.</param>
    /// <param name="dialect">The caller's dialect.</param>
    /// <param name="status">The backend's status, which stays.</param>
    /// <param name="body">The backend's text; broken UTF-8 is replaced.</param>
    /// <param name="requestId">Finds the log entry.</param>
    public static void Wrap(IBufferWriter<byte> output, Dialect dialect, int status, ReadOnlySpan<byte> body, string requestId)
    {
        var text = Encoding.UTF8.GetString(body);
        var code = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.OpenAI:
                json.WriteString("type"u8, "error"u8);
                json.WriteStartObject("error"u8);
                json.WriteString("type"u8, "OpenAIBackendError"u8);
                json.WriteString("code"u8, code);
                json.WriteString("message"u8, text);
                json.WriteEndObject();
                json.WriteString("request_id"u8, requestId);
                break;
            case Dialect.Anthropic:
                json.WriteString("type"u8, "error"u8);
                json.WriteStartObject("error"u8);
                json.WriteString("type"u8, AnthropicType(status));
                json.WriteString("message"u8, text);
                json.WriteEndObject();
                json.WriteString("request_id"u8, requestId);
                break;
            case Dialect.Cohere:
                json.WriteString("message"u8, text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null);
        }

        json.WriteEndObject();
    }

    /// <summary>The event that ends a stream whose status is already spent.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, EndpointKind endpoint, Dialect dialect, GatewayError error, string message, string requestId)
    {
        var named = dialect == Dialect.Anthropic || endpoint == EndpointKind.Responses;
        output.Write(named ? "event: error\ndata: "u8 : "data: "u8);
        if (endpoint == EndpointKind.Responses) WriteResponsesError(output, error, message);
        else Write(output, dialect, error, message, null, requestId);
        output.Write("\n\n"u8);
    }

    /// <summary>Anthropic's error type for a status.</summary>
    public static string AnthropicType(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or 529 => "overloaded_error",
        504 => "timeout_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };

    /// <summary>OpenAI's error type for a status.</summary>
    public static string OpenAIType(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "server_error",
    };

    private static void WriteResponsesError(IBufferWriter<byte> output, GatewayError error, string message)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, message);
        json.WriteNull("param"u8);
        json.WriteEndObject();
    }
}
