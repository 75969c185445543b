using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Client;

/// <summary>A chat over <c>/v1/chat/completions</c> that keeps its history.</summary>
internal sealed class Conversation(GatewayClient client, string model, TimeProvider time)
{
    private readonly List<(string Role, string Text)> _messages = [];

    /// <summary>Sets the instructions; before the first turn.</summary>
    public void Instruct(string system) => _messages.Add(("system", system));

    /// <summary>Asks, hands every piece of the answer to <paramref name="onText"/> as it arrives, and remembers the answer.</summary>
    public async Task<ChatTurn> AskAsync(string text, Action<string> onText, CancellationToken cancellationToken)
    {
        _messages.Add(("user", text));
        var started = time.GetTimestamp();
        using var content = new ReadOnlyMemoryContent(Request()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await client.SendAsync(HttpMethod.Post, "/v1/chat/completions", content, cancellationToken);
        var turn = response.IsSuccessStatusCode
            ? await ReadAsync(response, onText, started, cancellationToken)
            : new ChatTurn("", $"{(int)response.StatusCode}: {Message(await response.Content.ReadAsStringAsync(cancellationToken))}");
        if (turn.Error is null)
            _messages.Add(("assistant", turn.Text));
        else
            _messages.RemoveAt(_messages.Count - 1);
        return turn with { Duration = time.GetElapsedTime(started) };
    }

    private ReadOnlyMemory<byte> Request() => DemoJson.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteBoolean("stream"u8, true);
        json.WriteStartObject("stream_options"u8);
        json.WriteBoolean("include_usage"u8, true);
        json.WriteEndObject();
        json.WriteStartArray("messages"u8);
        foreach (var (role, text) in _messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, role);
            json.WriteString("content"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private async Task<ChatTurn> ReadAsync(HttpResponseMessage response, Action<string> onText, long started, CancellationToken cancellationToken)
    {
        const string Data = "data: ";
        var answer = new StringBuilder();
        var turn = new ChatTurn("", null);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!line.StartsWith(Data, StringComparison.Ordinal) || line == Data + "[DONE]")
                    continue;
                using var chunk = JsonDocument.Parse(line.AsMemory(Data.Length));
                if (chunk.RootElement.TryGetProperty("error", out _))
                    return turn with { Text = answer.ToString(), Error = Message(line[Data.Length..]) };
                if (Delta(chunk.RootElement) is { Length: > 0 } text)
                {
                    turn = turn with { FirstToken = turn.FirstToken ?? time.GetElapsedTime(started) };
                    answer.Append(text);
                    onText(text);
                }

                if (chunk.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
                    turn = turn with { InputTokens = Counter(usage, "prompt_tokens"), OutputTokens = Counter(usage, "completion_tokens") };
            }
        }
        catch (Exception exception) when (exception is HttpIOException or IOException or JsonException)
        {
            return turn with { Text = answer.ToString(), Error = $"the answer broke off: {exception.Message}" };
        }

        return turn with { Text = answer.ToString() };
    }

    private static string? Delta(JsonElement chunk)
    {
        if (!chunk.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0 || !choices[0].TryGetProperty("delta", out var delta))
            return null;
        if (delta.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
            return content.GetString();

        // A tool call cannot be answered here, but it can be shown.
        return delta.TryGetProperty("tool_calls", out var calls) && calls.GetArrayLength() > 0 && calls[0].TryGetProperty("function", out var function)
            ? (function.TryGetProperty("name", out var name) ? $"[{name.GetString()}] " : "") + (function.TryGetProperty("arguments", out var arguments) ? arguments.GetString() : "")
            : null;
    }

    private static long? Counter(JsonElement usage, string name) => usage.TryGetProperty(name, out var value) && value.TryGetInt64(out var count) ? count : null;

    private static string Message(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message))
                return message.GetString() ?? body;
        }
        catch (JsonException)
        {
            // Not JSON: shown as it came.
        }

        return body;
    }
}
