using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Numbers the events of one streamed response.</summary>
internal sealed class ResponsesEvents(DemoEventStream stream)
{
    private int _sequence;

    public Task SendAsync(string type, Action<Utf8JsonWriter> members) => stream.SendAsync(type, json => Write(json, type, members));

    public Task SendWordsAsync(string text, string type, Action<Utf8JsonWriter, string> members) =>
        stream.SendWordsAsync(text, type, (json, word) => Write(json, type, inner => members(inner, word)));

    private void Write(Utf8JsonWriter json, string type, Action<Utf8JsonWriter> members)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("sequence_number"u8, _sequence++);
        members(json);
        json.WriteEndObject();
    }
}
