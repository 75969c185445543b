using System.Text.Json;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>One output item of a response: reasoning, a message or a function call.</summary>
internal abstract class ResponseItem(string id, string text)
{
    /// <summary>Id of the item.</summary>
    protected string Id => id;

    /// <summary>What it says; of a function call the arguments.</summary>
    protected string Text => text;

    /// <summary>The items of an answer in their order.</summary>
    public static IReadOnlyList<ResponseItem> Of(DemoExchange exchange)
    {
        var answer = exchange.Answer;
        List<ResponseItem> items = [];
        if (answer.Reasoning.Length > 0)
            items.Add(new ReasoningItem(exchange.Seed.Id("rs_"), answer.Reasoning));
        if (answer.Text.Length > 0)
            items.Add(new MessageItem(exchange.Seed.Id("msg_"), answer.Text, answer.Truncated));
        for (var i = 0; i < answer.ToolCalls.Count; i++)
        {
            var call = answer.ToolCalls[i];
            items.Add(new FunctionCallItem(exchange.ToolCallId("fc_", i), exchange.ToolCallId("call_", i), call.Name, call.Arguments));
        }

        return items;
    }

    /// <summary>The item, finished or as a stream opens it.</summary>
    public abstract void Write(Utf8JsonWriter json, bool finished);

    /// <summary>All events of the item.</summary>
    public async Task StreamAsync(ResponsesEvents events, int index)
    {
        await events.SendAsync("response.output_item.added", json => WriteAt(json, index, finished: false));
        await StreamContentAsync(events, index);
        await events.SendAsync("response.output_item.done", json => WriteAt(json, index, finished: true));
    }

    /// <summary>The events between the item's first and last.</summary>
    protected abstract Task StreamContentAsync(ResponsesEvents events, int index);

    /// <summary>Says which item an event belongs to.</summary>
    protected void WritePlace(Utf8JsonWriter json, int index)
    {
        json.WriteString("item_id"u8, id);
        json.WriteNumber("output_index"u8, index);
    }

    private void WriteAt(Utf8JsonWriter json, int index, bool finished)
    {
        json.WriteNumber("output_index"u8, index);
        json.WritePropertyName("item"u8);
        Write(json, finished);
    }
}

/// <summary>The answer itself.</summary>
internal sealed class MessageItem(string id, string text, bool truncated) : ResponseItem(id, text)
{
    public override void Write(Utf8JsonWriter json, bool finished)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, !finished ? "in_progress" : truncated ? "incomplete" : "completed");
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (finished)
            WritePart(json, Text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    protected override async Task StreamContentAsync(ResponsesEvents events, int index)
    {
        await events.SendAsync("response.content_part.added", json => WritePartAt(json, index, ""));
        await events.SendWordsAsync(Text, "response.output_text.delta", (json, word) => WriteText(json, index, "delta", word));
        await events.SendAsync("response.output_text.done", json => WriteText(json, index, "text", Text));
        await events.SendAsync("response.content_part.done", json => WritePartAt(json, index, Text));
    }

    private void WritePartAt(Utf8JsonWriter json, int index, string text)
    {
        WritePlace(json, index);
        json.WriteNumber("content_index"u8, 0);
        json.WritePropertyName("part"u8);
        WritePart(json, text);
    }

    private void WriteText(Utf8JsonWriter json, int index, string member, string text)
    {
        WritePlace(json, index);
        json.WriteNumber("content_index"u8, 0);
        json.WriteString(member, text);
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>Thoughts, as a summary.</summary>
internal sealed class ReasoningItem(string id, string text) : ResponseItem(id, text)
{
    public override void Write(Utf8JsonWriter json, bool finished)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        if (finished)
            WritePart(json, Text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    protected override async Task StreamContentAsync(ResponsesEvents events, int index)
    {
        await events.SendAsync("response.reasoning_summary_part.added", json => WritePartAt(json, index, ""));
        await events.SendWordsAsync(Text, "response.reasoning_summary_text.delta", (json, word) => WriteText(json, index, "delta", word));
        await events.SendAsync("response.reasoning_summary_text.done", json => WriteText(json, index, "text", Text));
        await events.SendAsync("response.reasoning_summary_part.done", json => WritePartAt(json, index, Text));
    }

    private void WritePartAt(Utf8JsonWriter json, int index, string text)
    {
        WritePlace(json, index);
        json.WriteNumber("summary_index"u8, 0);
        json.WritePropertyName("part"u8);
        WritePart(json, text);
    }

    private void WriteText(Utf8JsonWriter json, int index, string member, string text)
    {
        WritePlace(json, index);
        json.WriteNumber("summary_index"u8, 0);
        json.WriteString(member, text);
    }

    private static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}

/// <summary>A call of one of the offered functions.</summary>
internal sealed class FunctionCallItem(string id, string callId, string name, string arguments) : ResponseItem(id, arguments)
{
    public override void Write(Utf8JsonWriter json, bool finished)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("status"u8, finished ? "completed"u8 : "in_progress"u8);
        json.WriteString("call_id"u8, callId);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, finished ? Text : "");
        json.WriteEndObject();
    }

    protected override async Task StreamContentAsync(ResponsesEvents events, int index)
    {
        await events.SendWordsAsync(Text, "response.function_call_arguments.delta", (json, word) =>
        {
            WritePlace(json, index);
            json.WriteString("delta"u8, word);
        });
        await events.SendAsync("response.function_call_arguments.done", json =>
        {
            WritePlace(json, index);
            json.WriteString("name"u8, name);
            json.WriteString("arguments"u8, Text);
        });
    }
}
