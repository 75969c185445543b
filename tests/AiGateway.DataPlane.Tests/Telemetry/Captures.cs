using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

/// <summary>Captures as the exchange makes them.</summary>
internal static class Captures
{
    public static readonly DateTimeOffset FirstToken = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>A JSON exchange that succeeded.</summary>
    public static ExchangeCapture Json(EndpointKind endpoint, string request, string response, int status = 200) => new()
    {
        Endpoint = endpoint,
        RequestBody = Encoding.UTF8.GetBytes(request),
        RequestContentType = "application/json",
        Schema = SchemaOf(endpoint),
        UpstreamHost = "127.0.0.1",
        Status = status,
        ResponseBody = Encoding.UTF8.GetBytes(response),
        ResponseContentType = "application/json",
        Outcome = status is >= 200 and < 300 ? ExchangeOutcome.Succeeded : ExchangeOutcome.BackendFailed,
    };

    /// <summary>A streamed exchange that succeeded.</summary>
    public static ExchangeCapture Stream(EndpointKind endpoint, string request, string events) => Json(endpoint, request, events) with
    {
        Streamed = true,
        ResponseContentType = "text/event-stream",
        FirstTokenAt = FirstToken,
    };

    /// <summary>The capture of a recorded exchange.</summary>
    public static ExchangeCapture Of(Cassette cassette, OtlpSpan expected)
    {
        var endpoint = EndpointOf(cassette.Url);
        var body = cassette.IsMultipart ? MultipartForm.Build((string)expected.Attributes["input.value"]) : Encoding.UTF8.GetBytes(cassette.RequestBody);
        return Json(endpoint, "", cassette.ResponseBody, cassette.Status) with
        {
            RequestBody = body,
            RequestContentType = cassette.IsMultipart ? MultipartForm.ContentType : "application/json",
            Schema = cassette.Url.AbsolutePath.StartsWith("/openai/deployments/", StringComparison.Ordinal) ? ProviderSchema.AzureOpenAI : SchemaOf(endpoint),
            UpstreamHost = cassette.Url.Host,
            ResponseContentType = cassette.ResponseContentType,
            Streamed = cassette.Streamed,
            FirstTokenAt = cassette.Streamed ? FirstToken : null,
        };
    }

    public static EndpointKind EndpointOf(Uri url) => url.AbsolutePath switch
    {
        var path when path.EndsWith("/chat/completions", StringComparison.Ordinal) => EndpointKind.ChatCompletions,
        var path when path.EndsWith("/completions", StringComparison.Ordinal) => EndpointKind.Completions,
        var path when path.EndsWith("/embeddings", StringComparison.Ordinal) => EndpointKind.Embeddings,
        var path when path.EndsWith("/responses", StringComparison.Ordinal) => EndpointKind.Responses,
        var path when path.EndsWith("/responses/input_tokens", StringComparison.Ordinal) => EndpointKind.ResponsesInputTokens,
        var path when path.EndsWith("/messages", StringComparison.Ordinal) => EndpointKind.Messages,
        var path when path.EndsWith("/messages/count_tokens", StringComparison.Ordinal) => EndpointKind.CountTokens,
        var path when path.EndsWith("/images/generations", StringComparison.Ordinal) => EndpointKind.ImageGenerations,
        var path when path.EndsWith("/audio/speech", StringComparison.Ordinal) => EndpointKind.AudioSpeech,
        var path when path.EndsWith("/audio/transcriptions", StringComparison.Ordinal) => EndpointKind.AudioTranscriptions,
        var path when path.EndsWith("/audio/translations", StringComparison.Ordinal) => EndpointKind.AudioTranslations,
        var path when path.EndsWith("/rerank", StringComparison.Ordinal) => EndpointKind.Rerank,
        var path => throw new NotSupportedException($"No endpoint for {path}."),
    };

    private static ProviderSchema SchemaOf(EndpointKind endpoint) => endpoint switch
    {
        EndpointKind.Messages or EndpointKind.CountTokens => ProviderSchema.Anthropic,
        EndpointKind.Rerank => ProviderSchema.Cohere,
        _ => ProviderSchema.OpenAI,
    };
}
