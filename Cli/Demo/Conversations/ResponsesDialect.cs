using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>OpenAI <c>/v1/responses</c>.</summary>
internal sealed class ResponsesDialect : IConversationDialect
{
    public static readonly ResponsesDialect Instance = new();

    private ResponsesDialect()
    {
    }

    public DemoPrompt Read(DemoFields fields)
    {
        var model = fields.RequiredText("model");
        var transcript = new TranscriptReader();
        if (fields.TryGet("instructions", out var instructions))
            transcript.Add("system", instructions);
        ReadInput(fields, transcript);
        fields.CheckNumber("temperature", 0, 2);
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
            MaxTokens = fields.Integer("max_output_tokens", 1),
            Stream = fields.Flag("stream"),
            InputTokens = transcript.Tokens,
        };
    }

    private static void ReadInput(DemoFields fields, TranscriptReader transcript)
    {
        if (!fields.TryGet("input", out var input))
        {
            fields.Refuse("input", "input is required.");
            return;
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            transcript.Add("user", input);
            return;
        }

        if (!fields.TryRequiredArray("input", out var items))
            return;
        foreach (var item in items.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Refuse("input", "every input item must be an object.");
                return;
            }

            if (item.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String)
                transcript.Add(role.GetString()!, item.TryGetProperty("content", out var content) ? content : default);
            else if (item.TryGetProperty("output", out var output))
                transcript.AddToolResult(output);
            else
                transcript.Count(item);
        }
    }

    private static (bool Json, JsonElement? Schema) ReadFormat(DemoFields fields)
    {
        if (!fields.TryObject("text", out var text) || !text.TryObject("format", out var format))
            return (false, null);
        switch (format.Text("type"))
        {
            case "json_object":
                return (true, null);
            case "json_schema" when format.TryGet("schema", out var schema):
                return (true, schema);
            case "json_schema":
                fields.Refuse("text.format.schema", "text.format.schema is required.");
                return (true, null);
            default:
                return (false, null);
        }
    }

    public void WriteAnswer(Utf8JsonWriter json, DemoExchange exchange) => WriteResponse(json, exchange, ResponseState.Finished);

    public async Task StreamAnswerAsync(DemoEventStream stream, DemoExchange exchange)
    {
        var events = new ResponsesEvents(stream);
        await events.SendAsync("response.created", json => WriteMember(json, exchange, ResponseState.InProgress));
        await events.SendAsync("response.in_progress", json => WriteMember(json, exchange, ResponseState.InProgress));
        var items = ResponseItem.Of(exchange);
        for (var i = 0; i < items.Count; i++)
            await items[i].StreamAsync(events, i);
        await events.SendAsync(exchange.Answer.Truncated ? "response.incomplete" : "response.completed", json => WriteMember(json, exchange, ResponseState.Finished));
    }

    private static void WriteMember(Utf8JsonWriter json, DemoExchange exchange, ResponseState state)
    {
        json.WritePropertyName("response"u8);
        WriteResponse(json, exchange, state);
    }

    private static void WriteResponse(Utf8JsonWriter json, DemoExchange exchange, ResponseState state)
    {
        var (prompt, answer) = (exchange.Prompt, exchange.Answer);
        var cut = state == ResponseState.Finished && answer.Truncated;
        json.WriteStartObject();
        json.WriteString("id"u8, exchange.Seed.Id("resp_"));
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, DemoExchange.Created);
        json.WriteString("status"u8, state == ResponseState.InProgress ? "in_progress" : cut ? "incomplete" : "completed");
        json.WriteNull("error"u8);
        if (cut)
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details"u8);
        }

        json.WriteNull("instructions"u8);
        if (prompt.MaxTokens is { } limit)
            json.WriteNumber("max_output_tokens"u8, limit);
        else
            json.WriteNull("max_output_tokens"u8);
        json.WriteStartObject("metadata"u8);
        json.WriteEndObject();
        json.WriteString("model"u8, prompt.Model);
        json.WriteStartArray("output"u8);
        if (state == ResponseState.Finished)
        {
            foreach (var item in ResponseItem.Of(exchange))
                item.Write(json, finished: true);
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls"u8, prompt.ParallelToolCalls);
        json.WriteNull("previous_response_id"u8);
        json.WriteBoolean("store"u8, false);
        json.WriteNumber("temperature"u8, 1);
        json.WriteString("tool_choice"u8, "auto"u8);
        json.WriteStartArray("tools"u8);
        json.WriteEndArray();
        json.WriteNumber("top_p"u8, 1);
        json.WriteString("truncation"u8, "disabled"u8);
        json.WritePropertyName("usage"u8);
        if (state == ResponseState.Finished)
            WriteUsage(json, answer.Usage);
        else
            json.WriteNullValue();
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, DemoUsage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, usage.Input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInput);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteEndObject();
    }

    private enum ResponseState
    {
        InProgress,
        Finished,
    }
}
