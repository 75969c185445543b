using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Wire;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>The table of contents of the demo provider.</summary>
internal static class DemoEndpoints
{
    /// <summary>The handler of a path, or null.</summary>
    public static Func<DemoCall, Task>? Find(string method, string path)
    {
        if (HttpMethods.IsGet(method))
            return path == "/v1/models" ? ModelList.AnswerAsync : null;
        if (!HttpMethods.IsPost(method))
            return null;
        return path switch
        {
            "/v1/chat/completions" => static call => ConversationEndpoint.AnswerAsync(call, ChatDialect.Instance),
            "/v1/responses" => static call => ConversationEndpoint.AnswerAsync(call, ResponsesDialect.Instance),
            "/v1/messages" => static call => ConversationEndpoint.AnswerAsync(call, MessagesDialect.Instance),
            "/v1/completions" => static call => ConversationEndpoint.AnswerAsync(call, CompletionsDialect.Instance),
            "/v1/responses/input_tokens" => static call => TokenCounts.AnswerResponsesAsync(call),
            "/v1/messages/count_tokens" => static call => TokenCounts.AnswerMessagesAsync(call),
            "/tokenize" or "/v1/tokenize" => Tokenize.AnswerAsync,
            "/v1/embeddings" => Embeddings.AnswerAsync,
            "/v1/images/generations" => Images.AnswerAsync,
            "/v1/audio/speech" => Speech.AnswerAsync,
            "/v1/audio/transcriptions" => static call => Transcriptions.AnswerAsync(call, translate: false),
            "/v1/audio/translations" => static call => Transcriptions.AnswerAsync(call, translate: true),
            "/v2/rerank" => Rerank.AnswerAsync,
            _ => null,
        };
    }

    /// <summary>Whose error objects a path answers with.</summary>
    public static DemoErrorShape ErrorShapeOf(string path) =>
        path.StartsWith("/v1/messages", StringComparison.Ordinal) ? DemoErrorShape.Anthropic
        : path.StartsWith("/v2/", StringComparison.Ordinal) ? DemoErrorShape.Cohere
        : DemoErrorShape.OpenAI;
}
