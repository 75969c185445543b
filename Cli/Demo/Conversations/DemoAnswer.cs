namespace AiGateway.Cli.Demo.Conversations;

/// <summary>What a demo model says, before a dialect writes it down.</summary>
internal sealed record DemoAnswer
{
    /// <summary>Thoughts shown before the answer; empty for models that do not reason.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>The answer; empty when tools are called instead.</summary>
    public string Text { get; init; } = "";

    /// <summary>Calls to make.</summary>
    public IReadOnlyList<DemoToolCall> ToolCalls { get; init; } = [];

    /// <summary>True when the limit of output tokens cut the answer.</summary>
    public bool Truncated { get; init; }

    public required DemoUsage Usage { get; init; }
}

/// <summary>One call of a tool.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON text; not valid JSON when the answer was cut inside it.</param>
internal sealed record DemoToolCall(string Name, string Arguments);

/// <summary>Token counters of one answer.</summary>
/// <param name="Input">Prompt, cached part included.</param>
/// <param name="CachedInput">Part of the prompt that claims to come from a cache.</param>
/// <param name="Output">Everything generated, reasoning included.</param>
/// <param name="Reasoning">Part of the output spent on reasoning.</param>
internal readonly record struct DemoUsage(int Input, int CachedInput, int Output, int Reasoning)
{
    public int Total => Input + Output;
}
