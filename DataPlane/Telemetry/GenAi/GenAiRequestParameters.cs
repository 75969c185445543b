using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry.OpenInference;
using static AiGateway.DataPlane.Telemetry.GenAi.GenAiNames;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>The parameters of a request that have attributes of their own.</summary>
internal static class GenAiRequestParameters
{
    private static readonly string[] s_numbers = ["temperature", "top_p", "frequency_penalty", "presence_penalty"];

    /// <summary>Writes what the endpoint knows.</summary>
    public static void Write(SpanAttributes attributes, EndpointKind endpoint, JsonElement request)
    {
        if (endpoint is EndpointKind.Embeddings)
        {
            if (request.Text("encoding_format") is { } format) attributes.Set(RequestEncodingFormats, [format]);
            return;
        }

        if (endpoint is not (EndpointKind.ChatCompletions or EndpointKind.Completions or EndpointKind.Messages or EndpointKind.Responses)) return;
        attributes.Set(RequestStream, request.Bool("stream") is true ? true : null);
        foreach (var name in s_numbers) attributes.Set($"gen_ai.request.{name}", request.Double(name));
        attributes.Set("gen_ai.request.max_tokens", request.Long("max_completion_tokens") ?? request.Long("max_tokens") ?? request.Long("max_output_tokens"));
        if (endpoint is EndpointKind.Messages) attributes.Set("gen_ai.request.top_k", request.Double("top_k"));
        attributes.Set("gen_ai.request.seed", request.Long("seed"));
        if (request.Long("n") is { } count and not 1) attributes.Set(RequestChoiceCount, count);
        attributes.Set(RequestStopSequences, StopSequences(request));
        if (endpoint is EndpointKind.ChatCompletions or EndpointKind.Responses)
        {
            attributes.Set(ApiType, endpoint is EndpointKind.Responses ? "responses" : "chat_completions");
            attributes.Set(RequestServiceTier, request.Text("service_tier"));
        }

        if (endpoint is EndpointKind.Responses) attributes.Set(ConversationId, request.Text("conversation") ?? request.Object("conversation")?.Text("id"));
    }

    /// <summary>What kind of answer was asked for; null when it is not said.</summary>
    public static string? OutputType(ExchangeReading reading) => reading.Capture.Endpoint switch
    {
        EndpointKind.ImageGenerations => "image",
        EndpointKind.AudioSpeech => "speech",
        EndpointKind.ChatCompletions => Format(reading.Request.Root?.Object("response_format")),
        EndpointKind.Responses => Format(reading.Request.Root?.Object("text")?.Object("format")),
        _ => null,
    };

    private static string? Format(JsonElement? format) => format?.String("type") switch
    {
        "json_object" or "json_schema" => "json",
        "text" => "text",
        _ => null,
    };

    private static IEnumerable<string> StopSequences(JsonElement request)
    {
        if (request.Text("stop") is { } stop) return [stop];
        return request.Items("stop").Concat(request.Items("stop_sequences")).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);
    }
}
