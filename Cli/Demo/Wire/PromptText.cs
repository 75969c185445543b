using System.Text.Json;

namespace AiGateway.Cli.Demo.Wire;

/// <summary>Reads OpenAI's "one or many texts, or their tokens".</summary>
internal static class PromptText
{
    /// <summary>The texts of a string, a list of strings, a list of token numbers or a list of such lists.</summary>
    public static IEnumerable<string> Of(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
            return [input.GetString()!];
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0)
            return [];
        return input[0].ValueKind == JsonValueKind.Number ? [Tokens(input)] : input.EnumerateArray().Select(One);
    }

    private static string One(JsonElement entry) => entry.ValueKind switch
    {
        JsonValueKind.String => entry.GetString()!,
        JsonValueKind.Array => Tokens(entry),
        _ => "",
    };

    // Numbers of a vocabulary that the demo does not have: each becomes a word of its own, so equal tokens stay equal.
    private static string Tokens(JsonElement tokens) => string.Join(' ', tokens.EnumerateArray().Select(static token => $"t{token.GetRawText()}"));
}
