using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Anthropic <c>/v1/messages</c>.</summary>
internal sealed class MessagesDialect : IConversationDialect
{
    public static readonly MessagesDialect Instance = new();

    private MessagesDialect()
    {
    }

    public DemoPrompt Read(DemoFields fields)
    {
        var prompt = ReadForCounting(fields);
        if (prompt.MaxTokens is null)
            fields.Refuse("max_tokens", "Field required");
        return prompt;
    }

    /// <summary>As <see cref="Read"/>, but without the members that <c>count_tokens</c> does not have.</summary>
    public static DemoPrompt ReadForCounting(DemoFields fields)
    {
        var model = fields.RequiredText("model");
        var transcript = new TranscriptReader();
        if (fields.TryGet("system", out var system))
            transcript.Add("system", system);
        if (fields.TryRequiredArray("messages", out var messages))
            ReadMessages(fields, transcript, messages);
        fields.CheckNumber("temperature", 0, 1);
        var tools = OfferedTools.Read(fields, transcript, "input_schema");
        var schema = ReadSchema(fields);
        return new DemoPrompt
        {
            Model = model,
            UserText = transcript.UserText,
            ToolResults = transcript.ToolResults,
            Tools = tools,
            ParallelToolCalls = !(fields.TryObject("tool_choice", out var choice) && choice.Flag("disable_parallel_tool_use")),
            JsonOutput = schema is not null,
            OutputSchema = schema,
            MaxTokens = fields.Integer("max_tokens", 1),
            ShowReasoning = !(fields.TryObject("thinking", out var thinking) && thinking.Text("type") == "disabled"),
            Stream = fields.Flag("stream"),
            InputTokens = transcript.Tokens,
        };
    }

    private static void ReadMessages(DemoFields fields, TranscriptReader transcript, JsonElement messages)
    {
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
            if (role is not ("user" or "assistant"))
            {
                fields.Refuse($"messages.{index}.role", "Input should be 'user' or 'assistant'");
                return;
            }

            var content = message.TryGetProperty("content", out var value) ? value : default;
            transcript.Add(role, content);
            if (content.ValueKind == JsonValueKind.Array)
                ReadBlocks(transcript, content);
            index++;
        }
    }

    private static void ReadBlocks(TranscriptReader transcript, JsonElement blocks)
    {
        foreach (var block in blocks.EnumerateArray())
        {
            var type = block.ValueKind == JsonValueKind.Object && block.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            if (type == "tool_result")
                transcript.AddToolResult(block.TryGetProperty("content", out var content) ? content : default);
            else if (type == "tool_use")
                transcript.Count(block);
        }
    }

    private static JsonElement? ReadSchema(DemoFields fields)
    {
        var holder = fields.TryObject("output_config", out var config) ? config : fields;
        return holder.TryObject(holder == fields ? "output_format" : "format", out var format) && format.Text("type") == "json_schema" && format.TryGet("schema", out var schema)
            ? schema
            : null;
    }

    public void WriteAnswer(Utf8JsonWriter json, DemoExchange exchange)
    {
        var answer = exchange.Answer;
        WriteHead(json, exchange);
        json.WriteStartArray("content"u8);
        foreach (var block in MessageBlock.Of(exchange))
            block.WriteWhole(json);
        json.WriteEndArray();
        json.WriteString("stop_reason"u8, StopReason(answer));
        json.WriteNull("stop_sequence"u8);
        json.WritePropertyName("usage"u8);
        WriteUsage(json, answer.Usage, answer.Usage.Output);
        json.WriteEndObject();
    }

    public async Task StreamAnswerAsync(DemoEventStream stream, DemoExchange exchange)
    {
        var answer = exchange.Answer;
        await SendAsync(stream, "message_start", json =>
        {
            json.WritePropertyName("message"u8);
            WriteHead(json, exchange);
            json.WriteStartArray("content"u8);
            json.WriteEndArray();
            json.WriteNull("stop_reason"u8);
            json.WriteNull("stop_sequence"u8);
            json.WritePropertyName("usage"u8);
            WriteUsage(json, answer.Usage, output: 1);
            json.WriteEndObject();
        });
        await SendAsync(stream, "ping", static _ => { });
        var blocks = MessageBlock.Of(exchange);
        for (var i = 0; i < blocks.Count; i++)
            await StreamBlockAsync(stream, blocks[i], i);
        await SendAsync(stream, "message_delta", json =>
        {
            json.WriteStartObject("delta"u8);
            json.WriteString("stop_reason"u8, StopReason(answer));
            json.WriteNull("stop_sequence"u8);
            json.WriteEndObject();
            json.WritePropertyName("usage"u8);
            WriteUsage(json, answer.Usage, answer.Usage.Output);
        });
        await SendAsync(stream, "message_stop", static _ => { });
    }

    private static async Task StreamBlockAsync(DemoEventStream stream, MessageBlock block, int index)
    {
        await SendAsync(stream, "content_block_start", json =>
        {
            json.WriteNumber("index"u8, index);
            json.WritePropertyName("content_block"u8);
            block.WriteEmpty(json);
        });
        await stream.SendWordsAsync(block.Text, "content_block_delta", (json, word) => WriteDelta(json, index, block.DeltaType, block.DeltaMember, word));
        if (block.Signature is { } signature)
            await stream.SendAsync("content_block_delta", json => WriteDelta(json, index, "signature_delta", "signature", signature));
        await SendAsync(stream, "content_block_stop", json => json.WriteNumber("index"u8, index));
    }

    private static Task SendAsync(DemoEventStream stream, string type, Action<Utf8JsonWriter> members) => stream.SendAsync(type, json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        members(json);
        json.WriteEndObject();
    });

    private static void WriteDelta(Utf8JsonWriter json, int index, string type, string member, string value)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_delta"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        json.WriteString(member, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, DemoExchange exchange)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, exchange.Seed.Id("msg_"));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, exchange.Prompt.Model);
    }

    private static void WriteUsage(Utf8JsonWriter json, DemoUsage usage, int output)
    {
        // Here, unlike at OpenAI, input_tokens leaves the cached part out.
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Input - usage.CachedInput);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CachedInput);
        json.WriteNumber("output_tokens"u8, output);
        json.WriteEndObject();
    }

    private static string StopReason(DemoAnswer answer) => answer.Truncated ? "max_tokens" : answer.ToolCalls.Count > 0 ? "tool_use" : "end_turn";
}
