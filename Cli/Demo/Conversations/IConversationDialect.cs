using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>One API through which the demo models can be talked to.</summary>
internal interface IConversationDialect
{
    /// <summary>Reads a request; mistakes are left in <paramref name="fields"/>.</summary>
    DemoPrompt Read(DemoFields fields);

    /// <summary>Writes the whole answer as one JSON value.</summary>
    void WriteAnswer(Utf8JsonWriter json, DemoExchange exchange);

    /// <summary>Streams the answer word by word.</summary>
    Task StreamAnswerAsync(DemoEventStream stream, DemoExchange exchange);
}

/// <summary>A request and its answer.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Answer">What is said.</param>
/// <param name="Seed">Source of ids.</param>
internal sealed record DemoExchange(DemoPrompt Prompt, DemoAnswer Answer, DemoSeed Seed)
{
    /// <summary>Creation time of every answer, 2025-01-01: a real clock would make equal requests differ.</summary>
    public const long Created = 1735689600;

    /// <summary>Id of the <paramref name="index"/>th tool call.</summary>
    public string ToolCallId(string prefix, int index) => Seed.Id(prefix, index);
}
