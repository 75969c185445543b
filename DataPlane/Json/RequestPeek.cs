using System.Text.Json;
using System.Text.Unicode;

namespace AiGateway.DataPlane.Json;

/// <summary>What the gateway reads from a JSON request body: a few top-level members and their places. Everything else is left alone.</summary>
public readonly record struct RequestPeek
{
    /// <summary>Nesting that is refused. The reader keeps its state on the heap, so depth costs no stack; the bound protects those behind us.</summary>
    public const int MaxDepth = 512;

    /// <summary>Longest model name in bytes: names are looked up, logged and sent on, and no provider has longer ones.</summary>
    public const int LongestModel = 4096;

    /// <summary>Value of <c>model</c>; null when absent or <c>null</c>.</summary>
    public string? Model { get; private init; }

    /// <summary>Bytes of the <c>model</c> value, quotes included, also when it is <c>null</c>; empty when absent.</summary>
    public Range ModelValue { get; private init; }

    /// <summary><c>stream</c> is <c>true</c>.</summary>
    public bool Stream { get; private init; }

    /// <summary><c>stream_format</c> is <c>"sse"</c> (speech).</summary>
    public bool StreamFormatSse { get; private init; }

    /// <summary><c>stream_options.include_usage</c> is <c>true</c>.</summary>
    public bool IncludeUsage { get; private init; }

    /// <summary>Bytes of the <c>stream_options</c> value; empty when absent.</summary>
    public Range StreamOptionsValue { get; private init; }

    /// <summary>The <c>stream_options</c> value is an object without members.</summary>
    public bool StreamOptionsEmpty { get; private init; }

    /// <summary>Bytes of the <c>include_usage</c> value inside <c>stream_options</c>; empty when absent.</summary>
    public Range IncludeUsageValue { get; private init; }

    /// <summary><c>prompt</c> is present (tokenize).</summary>
    public bool HasPrompt { get; private init; }

    /// <summary><c>messages</c> is present (tokenize).</summary>
    public bool HasMessages { get; private init; }

    /// <summary><c>continue_final_message</c> is <c>true</c> (tokenize).</summary>
    public bool ContinueFinalMessage { get; private init; }

    /// <summary><c>add_generation_prompt</c>, true unless it says <c>false</c> (tokenize).</summary>
    public bool AddGenerationPrompt { get; private init; }

    /// <summary>Offset of the brace that closes the body.</summary>
    public int ObjectEnd { get; private init; }

    /// <summary>The body has no members.</summary>
    public bool ObjectEmpty { get; private init; }

    /// <summary>Reads <paramref name="body"/> once, front to back.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="peek">What was found.</param>
    /// <param name="problem">Place and reason when the body is not acceptable; never contains content of the body.</param>
    /// <returns>False when the body is not one JSON object, is not UTF-8, is too deep, or gives <c>model</c> twice.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out RequestPeek peek, out string? problem)
    {
        peek = new RequestPeek { AddGenerationPrompt = true };
        if (body.IsEmpty)
        {
            problem = "the body is empty; send a JSON object";
            return false;
        }

        if (!Utf8.IsValid(body))
        {
            problem = $"the body is not valid UTF-8 (RFC 8259 section 8.1); the first broken byte is at offset {FirstBrokenByte(body)}";
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return ReadObject(ref reader, ref peek, out problem);
        }
        catch (JsonException exception)
        {
            problem = Describe(exception);
            return false;
        }
        catch (InvalidOperationException)
        {
            // The reader reports escapes that are no character ("\ud800" alone) this way, when the text is needed.
            problem = $"a string at byte {reader.TokenStartIndex} contains an escape that is no character (half of a surrogate pair)";
            return false;
        }
    }

    private static bool ReadObject(ref Utf8JsonReader reader, ref RequestPeek peek, out string? problem)
    {
        problem = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            problem = $"the body starts with a {reader.TokenType} token; send a JSON object";
            return false;
        }

        var modelSeen = false;
        var members = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members++;
            switch (Member(ref reader))
            {
                case KnownMember.Model:
                    if (modelSeen)
                    {
                        problem = $"\"model\" is given twice, the second time at byte {reader.TokenStartIndex}; give it once";
                        return false;
                    }

                    modelSeen = true;
                    if (!ReadModel(ref reader, ref peek, out problem)) return false;
                    break;
                case KnownMember.Stream:
                    reader.Read();
                    peek = peek with { Stream = reader.TokenType == JsonTokenType.True };
                    reader.Skip();
                    break;
                case KnownMember.StreamOptions:
                    ReadStreamOptions(ref reader, ref peek);
                    break;
                case KnownMember.StreamFormat:
                    reader.Read();
                    peek = peek with { StreamFormatSse = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("sse"u8) };
                    reader.Skip();
                    break;
                case KnownMember.Prompt:
                    peek = peek with { HasPrompt = true };
                    reader.Skip();
                    break;
                case KnownMember.Messages:
                    peek = peek with { HasMessages = true };
                    reader.Skip();
                    break;
                case KnownMember.ContinueFinalMessage:
                    reader.Read();
                    peek = peek with { ContinueFinalMessage = reader.TokenType == JsonTokenType.True };
                    reader.Skip();
                    break;
                case KnownMember.AddGenerationPrompt:
                    reader.Read();
                    peek = peek with { AddGenerationPrompt = reader.TokenType != JsonTokenType.False };
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        peek = peek with { ObjectEnd = (int)reader.TokenStartIndex, ObjectEmpty = members == 0 };
        reader.Read(); // throws when something follows the object
        return true;
    }

    private static bool ReadModel(ref Utf8JsonReader reader, ref RequestPeek peek, out string? problem)
    {
        problem = null;
        reader.Read();
        peek = peek with { ModelValue = (int)reader.TokenStartIndex..(int)reader.BytesConsumed };
        if (reader.TokenType == JsonTokenType.Null) return true;
        if (reader.TokenType != JsonTokenType.String)
        {
            problem = $"\"model\" at byte {reader.TokenStartIndex} is a {reader.TokenType}; it must be a string";
            return false;
        }

        if (reader.ValueSpan.Length > LongestModel)
        {
            problem = $"\"model\" at byte {reader.TokenStartIndex} is longer than {LongestModel} bytes";
            return false;
        }

        peek = peek with { Model = reader.GetString() };
        return true;
    }

    private static void ReadStreamOptions(ref Utf8JsonReader reader, ref RequestPeek peek)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var members = 0;
        Range includeUsage = default;
        var wanted = false;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                members++;
                if (!reader.ValueTextEquals("include_usage"u8))
                {
                    reader.Skip();
                    continue;
                }

                reader.Read();
                var valueStart = (int)reader.TokenStartIndex;
                wanted = reader.TokenType == JsonTokenType.True;
                reader.Skip();
                includeUsage = valueStart..(int)reader.BytesConsumed;
            }
        }
        else
        {
            reader.Skip();
            members = -1; // not an object: replaced whole when usage is forced
        }

        peek = peek with
        {
            StreamOptionsValue = start..(int)reader.BytesConsumed,
            StreamOptionsEmpty = members == 0,
            IncludeUsageValue = includeUsage,
            IncludeUsage = wanted,
        };
    }

    private static KnownMember Member(ref Utf8JsonReader reader)
    {
        // ValueTextEquals also sees through escapes ("mod\u0065l"), so the duplicate rule cannot be tricked.
        if (!reader.ValueIsEscaped && reader.ValueSpan.Length is < 5 or > 22) return KnownMember.Other;
        if (reader.ValueTextEquals("model"u8)) return KnownMember.Model;
        if (reader.ValueTextEquals("stream"u8)) return KnownMember.Stream;
        if (reader.ValueTextEquals("messages"u8)) return KnownMember.Messages;
        if (reader.ValueTextEquals("prompt"u8)) return KnownMember.Prompt;
        if (reader.ValueTextEquals("stream_options"u8)) return KnownMember.StreamOptions;
        if (reader.ValueTextEquals("stream_format"u8)) return KnownMember.StreamFormat;
        if (reader.ValueTextEquals("continue_final_message"u8)) return KnownMember.ContinueFinalMessage;
        return reader.ValueTextEquals("add_generation_prompt"u8) ? KnownMember.AddGenerationPrompt : KnownMember.Other;
    }

    private static string Describe(JsonException exception)
    {
        var place = exception.LineNumber is { } line ? $"line {line + 1}, byte {exception.BytePositionInLine}" : "an unknown place";
        return exception.Message.Contains("depth", StringComparison.OrdinalIgnoreCase)
            ? $"the body is nested deeper than {MaxDepth} levels at {place}"
            : $"not valid JSON at {place}";
    }

    private static int FirstBrokenByte(ReadOnlySpan<byte> body)
    {
        var offset = 0;
        while (offset < body.Length && System.Text.Rune.DecodeFromUtf8(body[offset..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
        {
            offset += consumed;
        }

        return offset;
    }

    private enum KnownMember
    {
        Other,
        Model,
        Stream,
        StreamOptions,
        StreamFormat,
        Prompt,
        Messages,
        ContinueFinalMessage,
        AddGenerationPrompt,
    }
}
