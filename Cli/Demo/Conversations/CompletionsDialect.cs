using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>OpenAI's legacy <c>/v1/completions</c>. One prompt per request; of several, the last one is answered.</summary>
internal sealed class CompletionsDialect : IConversationDialect
{
    public static readonly CompletionsDialect Instance = new();

    private CompletionsDialect()
    {
    }

    public DemoPrompt Read(DemoFields fields)
    {
        var model = fields.RequiredText("model");
        var text = "";
        var tokens = 0;
        if (!fields.TryGet("prompt", out var prompt))
            fields.Refuse("prompt", "prompt is required.");
        else
            foreach (var part in PromptText.Of(prompt))
            {
                text = part;
                tokens += DemoTokenEstimator.Count(part);
            }

        fields.CheckNumber("temperature", 0, 2);
        return new DemoPrompt
        {
            Model = model,
            UserText = text,
            MaxTokens = fields.Integer("max_tokens", 1),
            Stream = fields.Flag("stream"),
            ShowReasoning = false,
            IncludeUsage = fields.TryObject("stream_options", out var options) && options.Flag("include_usage"),
            InputTokens = tokens,
        };
    }

    public void WriteAnswer(Utf8JsonWriter json, DemoExchange exchange) => WriteChunk(json, exchange, exchange.Answer.Text, FinishReason(exchange), exchange.Answer.Usage);

    public async Task StreamAnswerAsync(DemoEventStream stream, DemoExchange exchange)
    {
        await stream.SendWordsAsync(exchange.Answer.Text, null, (json, word) => WriteChunk(json, exchange, word, null, null));
        await stream.SendAsync(null, json => WriteChunk(json, exchange, "", FinishReason(exchange), null));
        if (exchange.Prompt.IncludeUsage)
            await stream.SendAsync(null, json => WriteChunk(json, exchange, null, null, exchange.Answer.Usage));
        await stream.SendDoneAsync();
    }

    private static void WriteChunk(Utf8JsonWriter json, DemoExchange exchange, string? text, string? finishReason, DemoUsage? usage)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, exchange.Seed.Id("cmpl-"));
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, DemoExchange.Created);
        json.WriteString("model"u8, exchange.Prompt.Model);
        json.WriteStartArray("choices"u8);
        if (text is not null)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, text);
            json.WriteNumber("index"u8, 0);
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, finishReason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (usage is { } counted)
        {
            json.WritePropertyName("usage"u8);
            ChatDialect.WriteUsage(json, counted);
        }

        json.WriteEndObject();
    }

    private static string FinishReason(DemoExchange exchange) => exchange.Answer.Truncated ? "length" : "stop";
}
