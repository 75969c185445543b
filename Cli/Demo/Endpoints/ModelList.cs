using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>OpenAI <c>/v1/models</c> of the provider itself. The gateway answers its own list from configuration.</summary>
internal static class ModelList
{
    public static Task AnswerAsync(DemoCall call) => call.AnswerJsonAsync(static json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in DemoModels.All)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, model);
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, DemoExchange.Created);
            json.WriteString("owned_by"u8, "demo"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
