using System.Text.Json;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>What the demo models look at in a request, whatever API it came through.</summary>
internal sealed record DemoPrompt
{
    public required string Model { get; init; }

    /// <summary>Text of the last message of the user; empty when it has none.</summary>
    public required string UserText { get; init; }

    /// <summary>Results of tools that came after that message, in order.</summary>
    public IReadOnlyList<string> ToolResults { get; init; } = [];

    /// <summary>Tools the model may call now; empty when it must not.</summary>
    public IReadOnlyList<DemoTool> Tools { get; init; } = [];

    /// <summary>Whether several calls may be made at once.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Whether the answer must be JSON.</summary>
    public bool JsonOutput { get; init; }

    /// <summary>The schema a JSON answer must satisfy; null when any object will do.</summary>
    public JsonElement? OutputSchema { get; init; }

    /// <summary>Limit of output tokens; null is none.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether reasoning may be shown.</summary>
    public bool ShowReasoning { get; init; } = true;

    /// <summary>Whether the answer is streamed.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream of the chat API ends with a usage chunk.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Estimated tokens of everything that was sent.</summary>
    public int InputTokens { get; init; }
}

/// <summary>A tool that was offered.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">JSON schema of its arguments; undefined when it takes none.</param>
internal sealed record DemoTool(string Name, JsonElement Schema);
