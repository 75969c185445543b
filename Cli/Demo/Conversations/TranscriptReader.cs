using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Gathers the messages of a request, one after the other: what the user said last, which tools answered since, how many tokens it all is.</summary>
internal sealed class TranscriptReader
{
    private readonly List<string> _toolResults = [];

    /// <summary>Text of the user's last message.</summary>
    public string UserText { get; private set; } = "";

    /// <summary>Tool results since then.</summary>
    public IReadOnlyList<string> ToolResults => _toolResults;

    /// <summary>Tokens so far, with the framing of the answer.</summary>
    public int Tokens { get; private set; } = DemoTokenEstimator.PerMessage - 1;

    /// <summary>A message by its role and content.</summary>
    public void Add(string role, JsonElement content)
    {
        var text = Read(content);
        Tokens += DemoTokenEstimator.PerMessage;
        if (role is "tool" or "function")
        {
            _toolResults.Add(text);
        }
        else if (role == "user" && text.Length > 0)
        {
            // A new question makes earlier tool results history.
            UserText = text;
            _toolResults.Clear();
        }
    }

    /// <summary>Result of a tool that does not come as a message of its own.</summary>
    public void AddToolResult(JsonElement content) => Add("tool", content);

    /// <summary>Anything else that is sent to the model and counts: instructions, tool definitions, earlier tool calls.</summary>
    public void Count(JsonElement value) => Tokens += value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => 0,
        JsonValueKind.String => DemoTokenEstimator.Count(value.GetString()),
        _ => DemoTokenEstimator.Count(value.GetRawText()),
    };

    private string Read(JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                var text = content.GetString()!;
                Tokens += DemoTokenEstimator.Count(text);
                return text;
            case JsonValueKind.Array:
                return string.Join(' ', content.EnumerateArray().Select(ReadPart).Where(static part => part.Length > 0));
            default:
                return "";
        }
    }

    private string ReadPart(JsonElement part)
    {
        if (part.ValueKind == JsonValueKind.String)
            return Read(part);
        if (part.ValueKind != JsonValueKind.Object)
            return "";
        foreach (var member in (ReadOnlySpan<string>)["text", "refusal"])
        {
            if (part.TryGetProperty(member, out var text))
                return Read(text);
        }

        var type = part.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        Tokens += type is "image_url" or "input_image" or "image" ? DemoTokenEstimator.PerImage : DemoTokenEstimator.PerMessage;
        return "";
    }
}
