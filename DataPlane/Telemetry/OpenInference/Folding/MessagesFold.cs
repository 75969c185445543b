using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Anthropic Messages events: the message of <c>message_start</c>, its blocks, and what <c>message_delta</c> changes.</summary>
internal sealed class MessagesFold(int limit) : StreamFold(limit)
{
    private readonly SortedDictionary<long, Block> _blocks = [];
    private readonly SortedDictionary<string, JsonElement> _deltas = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonElement> _usage = new(StringComparer.Ordinal);
    private JsonElement? _message;

    /// <inheritdoc/>
    public override bool TryWrite(Utf8JsonWriter writer)
    {
        if (_message is not { } message) return false;
        writer.WriteStartObject();
        foreach (var member in message.EnumerateObject())
        {
            if (member.Name is "content" or "usage" || _deltas.ContainsKey(member.Name)) continue;
            writer.WriteRaw(member.Name, member.Value);
        }

        writer.WriteStartArray("content");
        foreach (var block in _blocks.Values) block.WriteTo(writer);
        writer.WriteEndArray();
        foreach (var (name, value) in _deltas) writer.WriteRaw(name, value);
        WriteUsage(writer, message);
        writer.WriteEndObject();
        return true;
    }

    /// <inheritdoc/>
    protected override void Add(string? eventName, JsonElement data)
    {
        switch (data.String("type") ?? eventName)
        {
            case "message_start" when data.Object("message") is { } message:
                _message = message.Clone();
                break;
            case "content_block_start" when data.Object("content_block") is { } start:
                _blocks[data.Long("index") ?? _blocks.Count] = new Block(Budget, start.Clone());
                break;
            case "content_block_delta" when data.Object("delta") is { } delta && _blocks.TryGetValue(data.Long("index") ?? _blocks.Count - 1, out var block):
                block.Add(delta);
                break;
            case "message_delta":
                foreach (var member in data.Members("delta")) _deltas[member.Name] = member.Value.Clone();
                foreach (var member in data.Members("usage"))
                {
                    if (member.Value.ValueKind != JsonValueKind.Null) _usage[member.Name] = member.Value.Clone();
                }

                break;
        }
    }

    private void WriteUsage(Utf8JsonWriter writer, JsonElement message)
    {
        if (message.Object("usage") is null && _usage.Count == 0) return;
        writer.WriteStartObject("usage");
        foreach (var member in message.Members("usage"))
        {
            if (!_usage.ContainsKey(member.Name)) writer.WriteRaw(member.Name, member.Value);
        }

        foreach (var (name, value) in _usage) writer.WriteRaw(name, value);
        writer.WriteEndObject();
    }

    private sealed class Block(FoldBudget budget, JsonElement start)
    {
        private readonly StringBuilder _input = new();
        private readonly Dictionary<string, StringBuilder> _texts = new(StringComparer.Ordinal);
        private readonly List<JsonElement> _citations = [];
        private string? _signature;

        public void Add(JsonElement delta)
        {
            switch (delta.String("type"))
            {
                case "text_delta": Concatenate("text", delta.String("text")); break;
                case "thinking_delta": Concatenate("thinking", delta.String("thinking")); break;
                case "signature_delta": _signature = delta.String("signature") ?? _signature; break;
                case "input_json_delta": budget.Append(_input, delta.String("partial_json") ?? ""); break;
                case "citations_delta" when delta.Get("citation") is { } citation:
                    if (budget.TryTake(citation.GetRawText().Length)) _citations.Add(citation.Clone());
                    break;
            }
        }

        public void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            foreach (var member in start.EnumerateObject())
            {
                if (member.Name is "input" or "citations" || _texts.ContainsKey(member.Name) || (member.Name == "signature" && _signature is not null)) continue;
                writer.WriteRaw(member.Name, member.Value);
            }

            foreach (var (name, text) in _texts) writer.WriteString(name, text.ToString());
            if (_signature is not null) writer.WriteString("signature", _signature);
            WriteCitations(writer);
            WriteInput(writer);
            writer.WriteEndObject();
        }

        private void Concatenate(string name, string? piece)
        {
            if (piece is null) return;
            if (!_texts.TryGetValue(name, out var text))
            {
                // A block may start with text in it.
                _texts[name] = text = new StringBuilder();
                budget.Append(text, start.String(name) ?? "");
            }

            budget.Append(text, piece);
        }

        private void WriteCitations(Utf8JsonWriter writer)
        {
            var first = start.Get("citations");
            if (first is null && _citations.Count == 0) return;
            writer.WriteStartArray("citations");
            foreach (var citation in start.Items("citations").Concat(_citations)) citation.WriteTo(writer);
            writer.WriteEndArray();
        }

        private void WriteInput(Utf8JsonWriter writer)
        {
            if (_input.Length == 0)
            {
                // No delta came: what the start had, which is {} for a tool without arguments.
                if (start.Get("input") is { } input) writer.WriteRaw("input", input);
                return;
            }

            var text = JsonRepair.Json(_input.ToString());
            using var parsed = JsonBody.Read(Encoding.UTF8.GetBytes(text));
            writer.WritePropertyName("input");
            // Cut in the middle of the arguments: the piece is kept as text rather than lost.
            if (parsed.IsJson) writer.WriteRawValue(parsed.Bytes.Span, skipInputValidation: true);
            else writer.WriteStringValue(text);
        }
    }
}
