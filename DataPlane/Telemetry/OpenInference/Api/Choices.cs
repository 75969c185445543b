using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>The choices of chat completions and completions.</summary>
internal static class Choices
{
    /// <summary>The choice with index 0, else the first one in the list.</summary>
    public static JsonElement? First(JsonElement response)
    {
        JsonElement? first = null;
        foreach (var choice in response.Items("choices"))
        {
            if (choice.Long("index") is null or 0) return choice;
            first ??= choice;
        }

        return first;
    }
}
