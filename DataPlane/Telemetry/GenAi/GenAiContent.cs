using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry.OpenInference;
using static AiGateway.DataPlane.Telemetry.GenAi.GenAiNames;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>Message content, written only where capture is allowed. It is made of the masked OpenInference attributes.</summary>
internal static class GenAiContent
{
    /// <summary>Writes messages, system instructions and tool definitions.</summary>
    /// <param name="attributes">Where to.</param>
    /// <param name="openInference">The same exchange in the other vocabulary.</param>
    /// <param name="reading">The bodies.</param>
    public static void Write(SpanAttributes attributes, IReadOnlyList<KeyValuePair<string, object>> openInference, ExchangeReading reading)
    {
        if (reading.Capture.Endpoint is EndpointKind.Completions)
        {
            WriteTexts(attributes, InputMessages, "user", openInference, OpenInferenceNames.Prompts, []);
            WriteTexts(attributes, OutputMessages, "assistant", openInference, OpenInferenceNames.Choices, GenAiResponse.FinishReasons(reading));
            return;
        }

        var input = GenAiMessages.Read(openInference, OpenInferenceNames.InputMessages);
        var hasSystem = reading.Capture.Endpoint switch
        {
            EndpointKind.Messages => reading.Request.Root?.Get("system") is not null,
            EndpointKind.Responses => reading.Request.Root?.Text("instructions") is not null,
            _ => false,
        };
        if (hasSystem && input is [{ Role: "system" } system, ..])
        {
            attributes.Set(SystemInstructions, Array(writer => WriteParts(writer, system.Parts)));
            input = [.. input.Skip(1)];
        }

        if (input.Count > 0) attributes.Set(InputMessages, Array(writer => WriteMessages(writer, input)));
        WriteOutput(attributes, openInference, reading);
        WriteTools(attributes, openInference);
    }

    // Completions have plain texts, of which each becomes a message; hidden ones give none.
    private static void WriteTexts(
        SpanAttributes attributes, string target, string role, IReadOnlyList<KeyValuePair<string, object>> openInference, string prefix, IReadOnlyList<string> reasons)
    {
        var messages = openInference
            .Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal) && a.Value is string text && text != OpenInferenceOptions.Marker)
            .Select((a, index) => new GenAiMessage(role, [new GenAiPart.Text((string)a.Value)], index < reasons.Count ? reasons[index] : role == "assistant" ? "stop" : null))
            .ToList();
        if (messages.Count > 0) attributes.Set(target, Array(writer => WriteMessages(writer, messages)));
    }

    private static void WriteOutput(SpanAttributes attributes, IReadOnlyList<KeyValuePair<string, object>> openInference, ExchangeReading reading)
    {
        var reasons = GenAiResponse.FinishReasons(reading);
        var output = GenAiMessages.Read(openInference, OpenInferenceNames.OutputMessages)
            .Select((message, index) => message with { FinishReason = index < reasons.Count ? reasons[index] : reasons.Count > 0 ? reasons[^1] : "stop" })
            .ToList();
        if (output.Count > 0) attributes.Set(OutputMessages, Array(writer => WriteMessages(writer, output)));
    }

    private static void WriteTools(SpanAttributes attributes, IReadOnlyList<KeyValuePair<string, object>> openInference)
    {
        // The tools come last in the order of attributes and keep theirs among each other.
        var schemas = openInference.Where(a => a.Key.StartsWith(OpenInferenceNames.Tools, StringComparison.Ordinal)).Select(a => (string)a.Value).ToList();
        if (schemas.Count == 0) return;
        attributes.Set(ToolDefinitions, Array(writer =>
        {
            foreach (var schema in schemas) WriteTool(writer, schema);
        }));
    }

    private static void WriteTool(Utf8JsonWriter writer, string schema)
    {
        using var tool = JsonBody.Read(Encoding.UTF8.GetBytes(schema));
        if (tool.Root is not { } root) return;
        var function = root.Object("function") ?? root;
        writer.WriteStartObject();
        // Anthropic's own tools have no type: they are functions.
        writer.WriteString("type", root.Text("type") is { } type and not "custom" ? type : "function");
        if (function.Text("name") is { } name) writer.WriteString("name", name);
        if (function.Text("description") is { } description) writer.WriteString("description", description);
        if ((function.Get("parameters") ?? function.Get("input_schema")) is { } parameters) writer.WriteRaw("parameters", parameters);
        writer.WriteEndObject();
    }

    private static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<GenAiMessage> messages)
    {
        foreach (var message in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role", message.Role);
            writer.WriteStartArray("parts");
            WriteParts(writer, message.Parts);
            writer.WriteEndArray();
            if (message.FinishReason is not null) writer.WriteString("finish_reason", message.FinishReason);
            writer.WriteEndObject();
        }
    }

    private static void WriteParts(Utf8JsonWriter writer, IReadOnlyList<GenAiPart> parts)
    {
        foreach (var part in parts) part.WriteTo(writer);
    }

    private static string Array(Action<Utf8JsonWriter> items)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MinimalJsonEncoder.WriterOptions))
        {
            writer.WriteStartArray();
            items(writer);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
