using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>vLLM's <c>/tokenize</c> over <see cref="DemoTokenEstimator"/>: equal pieces have equal numbers.</summary>
internal static class Tokenize
{
    private const uint VocabularySize = 100_000;

    public static async Task AnswerAsync(DemoCall call)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var model = fields.RequiredText("model");
        var text = Text(fields);
        var withTexts = fields.Flag("return_token_strs");
        if ((fields.Refusal ?? call.RefusalFor(model, DemoCapability.Conversation)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var tokens = DemoTokenEstimator.Split(text);
        await call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, tokens.Count);
            json.WriteNumber("max_model_len"u8, DemoModels.ContextWindow);
            json.WriteStartArray("tokens"u8);
            foreach (var token in tokens)
                json.WriteNumberValue(DemoSeed.Of(token).Number % VocabularySize);
            json.WriteEndArray();
            json.WriteStartArray("token_strs"u8);
            foreach (var token in withTexts ? tokens : [])
                json.WriteStringValue(token);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static string Text(DemoFields fields)
    {
        if (!fields.TryGet("messages", out _))
            return fields.Text("prompt") ?? "";
        var prompt = ChatDialect.Instance.Read(fields);
        return prompt.UserText;
    }
}
