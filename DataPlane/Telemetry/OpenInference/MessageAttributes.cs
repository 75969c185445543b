using System.Globalization;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Writes one message: the keys under <c>llm.input_messages.N.message.</c> or <c>llm.output_messages.N.message.</c></summary>
internal readonly struct MessageAttributes
{
    private readonly SpanAttributes _attributes;
    private readonly string _prefix;

    /// <summary>Begins a message. A message always has a role, or readers ignore the whole list.</summary>
    public MessageAttributes(SpanAttributes attributes, string list, int index, string? role)
    {
        _attributes = attributes;
        _prefix = string.Create(CultureInfo.InvariantCulture, $"{list}{index}.message.");
        attributes.Set(_prefix + "role", string.IsNullOrEmpty(role) ? "unknown" : role);
    }

    public void Content(string? text) => _attributes.Set(_prefix + "content", text);

    public void ContentJson(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) Content(value.GetString());
        else _attributes.SetJson(_prefix + "content", System.Text.Encoding.UTF8.GetBytes(value.GetRawText()));
    }

    public void Name(string? name) => _attributes.Set(_prefix + "name", name);

    public void ToolCallId(string? id) => _attributes.Set(_prefix + "tool_call_id", id);

    public void FunctionCall(string? name, string? arguments)
    {
        _attributes.Set(_prefix + "function_call_name", name);
        _attributes.Set(_prefix + "function_call_arguments_json", arguments);
    }

    public void ToolCall(int index, string? id, string? name, string? arguments, string? signature = null)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{_prefix}tool_calls.{index}.tool_call.");
        Call(key, id, name, arguments);
        _attributes.Set(key + "reasoning_signature", signature);
    }

    public void Text(int index, string? text)
    {
        Part(index, "type", "text");
        Part(index, "text", text);
    }

    public void Image(int index, string? url)
    {
        Part(index, "type", "image");
        Part(index, "image.image.url", url);
    }

    public void Audio(int index, string? url, string? mimeType, string? transcript)
    {
        Part(index, "type", "audio");
        Part(index, "audio.audio.url", url);
        Part(index, "audio.audio.mime_type", mimeType);
        Part(index, "audio.audio.transcript", transcript);
    }

    public void Reasoning(int index, ReasoningPart part)
    {
        Part(index, "type", "reasoning");
        Part(index, "text", part.Text);
        Part(index, "signature", part.Signature);
        Part(index, "data", part.Data);
        Part(index, "encrypted_content", part.EncryptedContent);
        Part(index, "id", part.Id);
    }

    /// <summary>A tool call in its place among the blocks; it also stands in <see cref="ToolCall"/>.</summary>
    public void ToolUse(int index, string? id, string? name, string? arguments)
    {
        Part(index, "type", "tool_use");
        Call(string.Create(CultureInfo.InvariantCulture, $"{_prefix}contents.{index}.tool_call."), id, name, arguments);
    }

    private void Call(string key, string? id, string? name, string? arguments)
    {
        _attributes.Set(key + "id", id);
        _attributes.Set(key + "function.name", name);
        _attributes.Set(key + "function.arguments", arguments);
    }

    private void Part(int index, string name, string? value)
        => _attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{_prefix}contents.{index}.message_content.{name}"), value);
}

/// <summary>What a model thought, as far as the API shows it.</summary>
internal readonly record struct ReasoningPart(string? Text, string? Signature = null, string? Data = null, string? EncryptedContent = null, string? Id = null);
