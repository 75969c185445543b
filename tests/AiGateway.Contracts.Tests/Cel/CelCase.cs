using AiGateway.Contracts.Cel;

namespace AiGateway.Contracts.Tests.Cel;

/// <summary>One line of <c>expressions.json</c>. Exactly one of the three outcomes is set.</summary>
public sealed record CelCase
{
    public required string Expression { get; init; }

    /// <summary>Values that differ from the defaults of <see cref="CelCaseVariables"/>.</summary>
    public CelCaseVariables With { get; init; } = new();

    /// <summary>The cost.</summary>
    public ulong? Value { get; init; }

    /// <summary>Part of the message of <see cref="CostExpression.TryCompile"/>.</summary>
    public string? CompileError { get; init; }

    /// <summary>Part of the message of <see cref="CostExpression.TryEvaluate"/>.</summary>
    public string? RunError { get; init; }

    public override string ToString() => Expression;
}

/// <summary>Variables of one case; what is not given has the value shown here.</summary>
public sealed record CelCaseVariables
{
    public string Model { get; init; } = "gpt-4o";

    public string OriginalModel { get; init; } = "smart";

    public string Backend { get; init; } = "default/openai/route/r/rule/0/ref/0";

    public string RouteName { get; init; } = "default/r";

    public string Provider { get; init; } = "openai";

    public bool Stream { get; init; }

    public int Status { get; init; } = 200;

    public ulong Input { get; init; } = 100;

    public ulong CachedInput { get; init; } = 40;

    public ulong CacheCreation { get; init; } = 10;

    public ulong Output { get; init; } = 20;

    public ulong Total { get; init; } = 120;

    public ulong Reasoning { get; init; } = 5;

    public Dictionary<string, string>? Headers { get; init; }

    public CostVariables ToVariables() => new()
    {
        Model = Model,
        OriginalModel = OriginalModel,
        Backend = Backend,
        RouteName = RouteName,
        Provider = Provider,
        Stream = Stream,
        Status = Status,
        InputTokens = Input,
        CachedInputTokens = CachedInput,
        CacheCreationInputTokens = CacheCreation,
        OutputTokens = Output,
        TotalTokens = Total,
        ReasoningTokens = Reasoning,
        Headers = Headers,
    };
}
