using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiGateway.Cli.Commands;

namespace AiGateway.Cli.Hosting;

/// <summary>Checks the MCP flags, so that a mistake is not first seen when MCP servers are served.</summary>
internal static class McpCheck
{
    /// <summary>Null when there is nothing to object to.</summary>
    public static string? Problem(RunOptions options)
    {
        if (options.McpConfig is not null && options.McpJson is not null)
            return "mcp-config and mcp-json are mutually exclusive";
        if (!TryText(options, out var text, out var problem))
            return problem;
        if (text is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? null : "failed to unmarshal MCP config: an object is expected";
        }
        catch (JsonException exception)
        {
            return $"failed to unmarshal MCP config: {exception.Message}";
        }
    }

    private static bool TryText(RunOptions options, out string? text, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        text = options.McpJson;
        if (options.McpConfig is null)
            return true;
        try
        {
            text = File.ReadAllText(options.McpConfig);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"failed to read MCP config file: {exception.Message}";
            return false;
        }
    }
}
