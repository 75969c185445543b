using System.Text.Json;

namespace AiGateway.ServiceDefaults.Tests.Support;

internal static class Json
{
    /// <summary>OTLP attributes as a dictionary; values in their JSON form without the type.</summary>
    public static Dictionary<string, string> Attributes(this JsonElement item) => item.GetProperty("attributes").EnumerateArray().ToDictionary(
        pair => pair.GetProperty("key").GetString()!,
        pair => pair.GetProperty("value").EnumerateObject().Single().Value.ToString());

    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
