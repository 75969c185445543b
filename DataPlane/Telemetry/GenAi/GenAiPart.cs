using System.Text.Json;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>One part of a message. Phoenix drops a whole list for one malformed part, so only documented members are written.</summary>
internal abstract record GenAiPart
{
    private GenAiPart()
    {
    }

    /// <summary>Writes the part as an object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteMembers(writer);
        writer.WriteEndObject();
    }

    /// <summary>Writes the members.</summary>
    protected abstract void WriteMembers(Utf8JsonWriter writer);

    /// <summary>Text or reasoning.</summary>
    public sealed record Text(string Content, bool IsReasoning = false) : GenAiPart
    {
        /// <inheritdoc/>
        protected override void WriteMembers(Utf8JsonWriter writer)
        {
            writer.WriteString("type", IsReasoning ? "reasoning" : "text");
            writer.WriteString("content", Content);
        }
    }

    /// <summary>A call that the model asked for.</summary>
    public sealed record ToolCall(string? Id, string Name, string? Arguments) : GenAiPart
    {
        /// <inheritdoc/>
        protected override void WriteMembers(Utf8JsonWriter writer)
        {
            writer.WriteString("type", "tool_call");
            if (Id is not null) writer.WriteString("id", Id);
            writer.WriteString("name", Name);
            if (Arguments is null) return;
            using var parsed = JsonBody.Read(System.Text.Encoding.UTF8.GetBytes(Arguments));
            writer.WritePropertyName("arguments");
            if (parsed.IsJson) writer.WriteRawValue(parsed.Bytes.Span, skipInputValidation: true);
            else writer.WriteStringValue(Arguments);
        }
    }

    /// <summary>The answer to a call; text, or JSON as it was sent.</summary>
    public sealed record ToolCallResponse(string? Id, string Response, bool IsJson) : GenAiPart
    {
        /// <inheritdoc/>
        protected override void WriteMembers(Utf8JsonWriter writer)
        {
            writer.WriteString("type", "tool_call_response");
            if (Id is not null) writer.WriteString("id", Id);
            writer.WritePropertyName("response");
            if (IsJson) writer.WriteRawValue(Response, skipInputValidation: true);
            else writer.WriteStringValue(Response);
        }
    }

    /// <summary>An image or a sound: by address, or the data itself.</summary>
    public sealed record Media(string Modality, string Url) : GenAiPart
    {
        /// <inheritdoc/>
        protected override void WriteMembers(Utf8JsonWriter writer)
        {
            var comma = Url.IndexOf(";base64,", StringComparison.Ordinal);
            var isBlob = Url.StartsWith("data:", StringComparison.Ordinal) && comma > 0;
            writer.WriteString("type", isBlob ? "blob" : "uri");
            if (isBlob) writer.WriteString("mime_type", Url[5..comma]);
            writer.WriteString("modality", Modality);
            writer.WriteString(isBlob ? "content" : "uri", isBlob ? Url[(comma + 8)..] : Url);
        }
    }
}

/// <summary>A message as the conventions show it.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Parts">What is said.</param>
/// <param name="FinishReason">On output messages, why it ended.</param>
internal sealed record GenAiMessage(string Role, IReadOnlyList<GenAiPart> Parts, string? FinishReason = null);
