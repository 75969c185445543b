using System.Text.Json;

namespace AiGateway.Cli.Demo.Wire;

/// <summary>Writes a refusal as the called API would.</summary>
internal static class DemoErrors
{
    public static void Write(Utf8JsonWriter json, DemoErrorShape shape, DemoRefusal refusal, string requestId)
    {
        json.WriteStartObject();
        switch (shape)
        {
            case DemoErrorShape.OpenAI:
                json.WriteStartObject("error"u8);
                json.WriteString("message"u8, refusal.Message);
                json.WriteString("type"u8, refusal.Type);
                json.WriteString("param"u8, refusal.Param);
                json.WriteString("code"u8, refusal.Code);
                json.WriteEndObject();
                break;
            case DemoErrorShape.Anthropic:
                json.WriteString("type"u8, "error"u8);
                json.WriteStartObject("error"u8);
                json.WriteString("type"u8, AnthropicType(refusal.Status));
                json.WriteString("message"u8, refusal.Param is null ? refusal.Message : $"{refusal.Param}: {refusal.Message}");
                json.WriteEndObject();
                json.WriteString("request_id"u8, requestId);
                break;
            case DemoErrorShape.Cohere:
                json.WriteString("id"u8, requestId);
                json.WriteString("message"u8, refusal.Message);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, null);
        }

        json.WriteEndObject();
    }

    private static string AnthropicType(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        _ => "api_error",
    };
}
