using System.Globalization;
using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>How protobuf messages are spelled in JSON, as far as Envoy's configuration needs it.</summary>
internal static class Protobuf
{
    /// <summary>URL of a message type, for the member <c>@type</c> of an <c>Any</c>.</summary>
    public static string Type(string message) => $"type.googleapis.com/{message}";

    /// <summary>A named extension with its configuration.</summary>
    public static JsonObject Extension(string name, JsonObject typedConfig) => new() { ["name"] = name, ["typed_config"] = typedConfig };

    /// <summary>Seconds with as many decimals as are needed.</summary>
    public static string Duration(TimeSpan value) => $"{(value.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture)}s";

    /// <summary>An array of messages.</summary>
    public static JsonArray Array(IEnumerable<JsonNode> items) => [.. items];

    /// <summary>An array of texts.</summary>
    public static JsonArray Texts(params IEnumerable<string> items) => [.. items.Select(static item => JsonValue.Create(item))];

    /// <summary>Adds a member unless there is nothing to say.</summary>
    public static JsonObject Set(this JsonObject target, string name, JsonNode? value)
    {
        if (value is not null) target[name] = value;
        return target;
    }

    /// <summary>Adds a duration unless there is nothing to say.</summary>
    public static JsonObject Set(this JsonObject target, string name, TimeSpan? value) => target.Set(name, value is { } duration ? Duration(duration) : null);
}
