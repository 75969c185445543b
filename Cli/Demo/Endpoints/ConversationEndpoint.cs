using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>Chat in all its dialects.</summary>
internal static class ConversationEndpoint
{
    public static async Task AnswerAsync(DemoCall call, IConversationDialect dialect)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;

        var fields = new DemoFields(body.RootElement);
        var prompt = dialect.Read(fields);
        if ((fields.Refusal ?? call.RefusalFor(prompt.Model, DemoCapability.Conversation)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var exchange = new DemoExchange(prompt, DemoComposer.Answer(prompt), call.Seed);
        var pace = DemoPace.Of(prompt.Model);
        if (prompt.Stream)
        {
            await dialect.StreamAnswerAsync(await call.OpenStreamAsync(pace), exchange);
            return;
        }

        await call.ThinkAsync(pace);
        await call.AnswerJsonAsync(json => dialect.WriteAnswer(json, exchange));
    }
}
