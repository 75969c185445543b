using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Which of the offered tools may be called, in the three ways of offering them.</summary>
internal static class OfferedTools
{
    /// <summary>Reads <c>tools</c> and <c>tool_choice</c>.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="transcript">Counts the definitions.</param>
    /// <param name="schemaMember">Member that holds the arguments' schema: <c>parameters</c> or <c>input_schema</c>.</param>
    public static IReadOnlyList<DemoTool> Read(DemoFields fields, TranscriptReader transcript, string schemaMember)
    {
        if (!fields.TryArray("tools", out var offered))
            return [];
        transcript.Count(offered);
        List<DemoTool> tools = [];
        foreach (var entry in offered.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object)
            {
                fields.Refuse("tools", "every tool must be an object.");
                return [];
            }

            // Chat wraps the definition in "function"; tools that the provider runs itself have no name and are skipped.
            var definition = entry.TryGetProperty("function", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : entry;
            if (definition.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
                tools.Add(new DemoTool(name.GetString()!, definition.TryGetProperty(schemaMember, out var schema) ? schema : default));
        }

        return Choose(fields, tools);
    }

    private static List<DemoTool> Choose(DemoFields fields, List<DemoTool> tools)
    {
        if (!fields.TryGet("tool_choice", out var choice))
            return tools;
        var kind = choice.ValueKind == JsonValueKind.String ? choice.GetString() : Member(choice, "type");
        if (kind == "none")
            return [];
        var wanted = choice.ValueKind != JsonValueKind.Object ? null
            : choice.TryGetProperty("function", out var function) ? Member(function, "name")
            : Member(choice, "name");
        if (wanted is null)
            return tools;

        var chosen = tools.FindAll(tool => tool.Name == wanted);
        if (chosen.Count == 0)
            fields.Refuse("tool_choice", $"no tool is called \"{wanted}\".");
        return chosen;
    }

    private static string? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
