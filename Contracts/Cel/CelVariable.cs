using System.Collections.Frozen;

namespace AiGateway.Contracts.Cel;

/// <summary>A name that expressions may use.</summary>
internal sealed record CelVariable(string Name, CelType Type, CelVariable.Reader Read)
{
    private static readonly IReadOnlyDictionary<string, string> s_noHeaders = FrozenDictionary<string, string>.Empty;

    private static readonly CelVariable[] s_all =
    [
        Text("model", (in CostVariables v) => v.Model),
        Text("original_model", (in CostVariables v) => v.OriginalModel),
        Text("backend", (in CostVariables v) => v.Backend),
        Text("route_name", (in CostVariables v) => v.RouteName),
        Text("provider", (in CostVariables v) => v.Provider),
        new("stream", CelType.Bool, (in CostVariables v) => CelValue.Bool(v.Stream)),
        new("status", CelType.Int, (in CostVariables v) => CelValue.Int(v.Status)),
        new("input_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.InputTokens)),
        new("cached_input_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.CachedInputTokens)),
        new("cache_creation_input_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.CacheCreationInputTokens)),
        new("output_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.OutputTokens)),
        new("total_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.TotalTokens)),
        new("reasoning_tokens", CelType.Uint, (in CostVariables v) => CelValue.Uint(v.ReasoningTokens)),
        new("headers", CelType.Headers, (in CostVariables v) => CelValue.Map(v.Headers ?? s_noHeaders)),
    ];

    private static readonly FrozenDictionary<string, CelVariable> s_byName = s_all.ToFrozenDictionary(variable => variable.Name);

    public delegate CelValue Reader(in CostVariables variables);

    private delegate string? TextReader(in CostVariables variables);

    /// <summary>All names, for error messages.</summary>
    public static string Names { get; } = string.Join(", ", s_all.Select(variable => variable.Name));

    public static CelVariable? Find(string name) => s_byName.GetValueOrDefault(name);

    private static CelVariable Text(string name, TextReader read) =>
        new(name, CelType.String, (in CostVariables v) => CelValue.String(read(in v) ?? ""));
}
