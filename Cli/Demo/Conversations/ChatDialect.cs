using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>OpenAI <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatDialect : IConversationDialect
{
    public static readonly ChatDialect Instance = new();

    private ChatDialect()
    {
    }

    public DemoPrompt Read(DemoFields fields)
    {
        var model = fields.RequiredText("model");
        var transcript = new TranscriptReader();
        if (fields.TryRequiredArray("messages", out var messages))
            ReadMessages(fields, transcript, messages);
        fields.CheckNumber("temperature", 0, 2);
        fields.CheckNumber("top_p", 0, 1);
        var tools = OfferedTools.Read(fields, transcript, "parameters");
        var (json, schema) = ReadFormat(fields);
        return new DemoPrompt
        {
            Model = model,
            UserText = transcript.UserText,
            ToolResults = transcript.ToolResults,
            Tools = tools,
            ParallelToolCalls = fields.Flag("parallel_tool_calls", fallback: true),
            JsonOutput = json,
            OutputSchema = schema,
            MaxTokens = fields.Integer("max_completion_tokens", 1) ?? fields.Integer("max_tokens", 1),
            Stream = fields.Flag("stream"),
            IncludeUsage = fields.TryObject("stream_options", out var options) && options.Flag("include_usage"),
            InputTokens = transcript.Tokens,
        };
    }

    private static void ReadMessages(DemoFields fields, TranscriptReader transcript, JsonElement messages)
    {
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            {
                fields.Refuse($"messages[{index}].role", $"messages[{index}] must be an object with a role.");
                return;
            }

            transcript.Add(role.GetString()!, message.TryGetProperty("content", out var content) ? content : default);
            if (message.TryGetProperty("tool_calls", out var calls))
                transcript.Count(calls);
            index++;
        }
    }

    private static (bool Json, JsonElement? Schema) ReadFormat(DemoFields fields)
    {
        if (!fields.TryObject("response_format", out var format))
            return (false, null);
        switch (format.Text("type"))
        {
            case "json_object":
                return (true, null);
            case "json_schema" when format.TryObject("json_schema", out var wrapper) && wrapper.TryGet("schema", out var schema):
                return (true, schema);
            case "json_schema":
                fields.Refuse("response_format.json_schema", "response_format.json_schema.schema is required.");
                return (true, null);
            default:
                return (false, null);
        }
    }

    public void WriteAnswer(Utf8JsonWriter json, DemoExchange exchange)
    {
        var answer = exchange.Answer;
        WriteHead(json, exchange, "chat.completion");
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, answer.ToolCalls.Count > 0 ? null : answer.Text);
        json.WriteNull("refusal"u8);
        if (answer.Reasoning.Length > 0)
            json.WriteString("reasoning_content"u8, answer.Reasoning);
        if (answer.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            for (var i = 0; i < answer.ToolCalls.Count; i++)
                WriteToolCall(json, exchange, i, answer.ToolCalls[i].Arguments, indexed: false);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, FinishReason(answer));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        WriteUsage(json, answer.Usage);
        json.WriteEndObject();
    }

    public async Task StreamAnswerAsync(DemoEventStream stream, DemoExchange exchange)
    {
        var answer = exchange.Answer;
        await SendAsync(stream, exchange, json =>
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, answer.ToolCalls.Count > 0 ? null : "");
        });
        await stream.SendWordsAsync(answer.Reasoning, null, (json, word) => WriteChunk(json, exchange, delta => delta.WriteString("reasoning_content"u8, word)));
        await stream.SendWordsAsync(answer.Text, null, (json, word) => WriteChunk(json, exchange, delta => delta.WriteString("content"u8, word)));
        for (var i = 0; i < answer.ToolCalls.Count; i++)
        {
            var index = i;
            await SendAsync(stream, exchange, delta =>
            {
                delta.WriteStartArray("tool_calls"u8);
                WriteToolCall(delta, exchange, index, "", indexed: true);
                delta.WriteEndArray();
            });
            await stream.SendWordsAsync(answer.ToolCalls[i].Arguments, null, (json, word) => WriteChunk(json, exchange, delta => WriteArguments(delta, index, word)));
        }

        await stream.SendAsync(null, json => WriteChunk(json, exchange, static _ => { }, FinishReason(answer)));
        if (exchange.Prompt.IncludeUsage)
            await stream.SendAsync(null, json => WriteUsageChunk(json, exchange));
        await stream.SendDoneAsync();
    }

    private static Task SendAsync(DemoEventStream stream, DemoExchange exchange, Action<Utf8JsonWriter> delta) =>
        stream.SendAsync(null, json => WriteChunk(json, exchange, delta));

    private static void WriteChunk(Utf8JsonWriter json, DemoExchange exchange, Action<Utf8JsonWriter> delta, string? finishReason = null)
    {
        WriteHead(json, exchange, "chat.completion.chunk");
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        delta(json);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (exchange.Prompt.IncludeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
    }

    private static void WriteUsageChunk(Utf8JsonWriter json, DemoExchange exchange)
    {
        WriteHead(json, exchange, "chat.completion.chunk");
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        WriteUsage(json, exchange.Answer.Usage);
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, DemoExchange exchange, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, exchange.Seed.Id("chatcmpl-"));
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, DemoExchange.Created);
        json.WriteString("model"u8, exchange.Prompt.Model);
        json.WriteString("system_fingerprint"u8, "fp_demo"u8);
    }

    private static void WriteToolCall(Utf8JsonWriter json, DemoExchange exchange, int index, string arguments, bool indexed)
    {
        json.WriteStartObject();
        if (indexed)
            json.WriteNumber("index"u8, index);
        json.WriteString("id"u8, exchange.ToolCallId("call_", index));
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, exchange.Answer.ToolCalls[index].Name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, int index, string arguments)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("function"u8);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The usage object, also of legacy completions.</summary>
    public static void WriteUsage(Utf8JsonWriter json, DemoUsage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.Input);
        json.WriteNumber("completion_tokens"u8, usage.Output);
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInput);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string FinishReason(DemoAnswer answer) => answer.Truncated ? "length" : answer.ToolCalls.Count > 0 ? "tool_calls" : "stop";
}
