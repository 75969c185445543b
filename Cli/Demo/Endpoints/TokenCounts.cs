using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>What a request would cost, without answering it.</summary>
internal static class TokenCounts
{
    /// <summary>Anthropic <c>/v1/messages/count_tokens</c>.</summary>
    public static Task AnswerMessagesAsync(DemoCall call) => AnswerAsync(call, MessagesDialect.ReadForCounting, kind: null);

    /// <summary>OpenAI <c>/v1/responses/input_tokens</c>.</summary>
    public static Task AnswerResponsesAsync(DemoCall call) => AnswerAsync(call, ResponsesDialect.Instance.Read, "response.input_tokens");

    private static async Task AnswerAsync(DemoCall call, Func<DemoFields, DemoPrompt> read, string? kind)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var prompt = read(fields);
        if ((fields.Refusal ?? call.RefusalFor(prompt.Model, DemoCapability.Conversation)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        await call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            if (kind is not null)
                json.WriteString("object"u8, kind);
            json.WriteNumber("input_tokens"u8, prompt.InputTokens);
            json.WriteEndObject();
        });
    }
}
