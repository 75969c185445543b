using System.Text.Json;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>One content block of an Anthropic answer: thinking, text or a tool call.</summary>
/// <param name="Type">Block type.</param>
/// <param name="Text">Its text; of a tool call the arguments.</param>
internal sealed record MessageBlock(string Type, string Text)
{
    /// <summary>Type of the events that stream it.</summary>
    public required string DeltaType { get; init; }

    /// <summary>Member of those events that carries the text.</summary>
    public required string DeltaMember { get; init; }

    /// <summary>Seal of a thinking block.</summary>
    public string? Signature { get; init; }

    /// <summary>Id and name of a tool call.</summary>
    public (string Id, string Name)? Tool { get; init; }

    /// <summary>The blocks of an answer in their order.</summary>
    public static IReadOnlyList<MessageBlock> Of(DemoExchange exchange)
    {
        var answer = exchange.Answer;
        List<MessageBlock> blocks = [];
        if (answer.Reasoning.Length > 0)
            blocks.Add(new("thinking", answer.Reasoning) { DeltaType = "thinking_delta", DeltaMember = "thinking", Signature = exchange.Seed.Id("demo-signature-") });
        if (answer.Text.Length > 0)
            blocks.Add(new("text", answer.Text) { DeltaType = "text_delta", DeltaMember = "text" });
        for (var i = 0; i < answer.ToolCalls.Count; i++)
        {
            var call = answer.ToolCalls[i];
            blocks.Add(new("tool_use", call.Arguments) { DeltaType = "input_json_delta", DeltaMember = "partial_json", Tool = (exchange.ToolCallId("toolu_", i), call.Name) });
        }

        return blocks;
    }

    /// <summary>The finished block.</summary>
    public void WriteWhole(Utf8JsonWriter json)
    {
        WriteStart(json);
        if (Tool is null)
            json.WriteString(DeltaMember, Text);
        else
            WriteInput(json);
        if (Signature is not null)
            json.WriteString("signature"u8, Signature);
        json.WriteEndObject();
    }

    /// <summary>The block as a stream opens it.</summary>
    public void WriteEmpty(Utf8JsonWriter json)
    {
        WriteStart(json);
        if (Tool is null)
        {
            json.WriteString(DeltaMember, "");
        }
        else
        {
            json.WriteStartObject("input"u8);
            json.WriteEndObject();
        }

        if (Signature is not null)
            json.WriteString("signature"u8, "");
        json.WriteEndObject();
    }

    private void WriteStart(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Type);
        if (Tool is not { } tool)
            return;
        json.WriteString("id"u8, tool.Id);
        json.WriteString("name"u8, tool.Name);
    }

    private void WriteInput(Utf8JsonWriter json)
    {
        json.WritePropertyName("input"u8);
        if (IsJson(Text))
        {
            json.WriteRawValue(Text);
            return;
        }

        // max_tokens cut inside the arguments: a whole answer cannot say half an object.
        json.WriteStartObject();
        json.WriteEndObject();
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
