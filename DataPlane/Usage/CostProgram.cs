using AiGateway.Contracts;
using AiGateway.Contracts.Cel;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.DataPlane.Usage;

/// <summary>
/// The request costs of one route: its own entries in order, of which the last that applies wins its key, then gateway-wide entries for keys that are still
/// without one. Compiled once per snapshot.
/// </summary>
public sealed class CostProgram
{
    private readonly Entry[] _entries;
    private readonly bool _scoped;

    /// <param name="routeCosts">Costs of the route; the last of equal keys wins.</param>
    /// <param name="globalCosts">Gateway-wide costs.</param>
    /// <exception cref="FormatException">An expression does not compile; both planes check before, so this is a broken snapshot.</exception>
    public CostProgram(IReadOnlyList<CostSpec> routeCosts, IReadOnlyList<CostSpec> globalCosts)
    {
        // The first entry that applies wins, so the route's come last first. What stands behind an entry for every backend and model is never reached.
        var entries = new List<Entry>();
        foreach (var cost in routeCosts.Reverse().Concat(globalCosts))
        {
            if (!entries.Exists(other => other.Key == cost.MetadataKey && other is { Backend: null, Model: null })) entries.Add(Compile(cost));
        }

        var order = routeCosts.Concat(globalCosts).Select(cost => cost.MetadataKey).Distinct(StringComparer.Ordinal).ToList();
        _entries = [.. entries.OrderBy(entry => order.IndexOf(entry.Key))];
        _scoped = entries.Exists(entry => entry.Backend is not null || entry.Model is not null);
    }

    /// <summary>No costs.</summary>
    public static CostProgram Empty { get; } = new([], []);

    /// <summary>Evaluates every entry; an unset counter counts as 0.</summary>
    /// <param name="variables">Facts of the request; its counters are filled from <paramref name="usage"/>.</param>
    /// <param name="usage">Counters.</param>
    /// <param name="serviceBackend"><see cref="BackendSpec.ServiceBackend"/> that answered, for costs of one backend.</param>
    /// <param name="failed">Called with key and reason for an entry that has no value; the others are kept.</param>
    public IReadOnlyList<KeyValuePair<string, ulong>> Evaluate(in CostVariables variables, in TokenUsage usage, string serviceBackend, Action<string, string> failed)
    {
        if (_entries.Length == 0) return [];
        var costs = new List<KeyValuePair<string, ulong>>(_entries.Length);
        var taken = _scoped ? new HashSet<string>(StringComparer.Ordinal) : null;
        foreach (var entry in _entries)
        {
            if (!entry.Applies(serviceBackend, variables.Model) || taken?.Add(entry.Key) == false) continue;
            if (entry.Expression is null) costs.Add(new(entry.Key, Counter(entry.Kind, usage)));
            else if (entry.Expression.TryEvaluate(WithCounters(variables, usage), out var value, out var error)) costs.Add(new(entry.Key, value));
            else failed(entry.Key, error);
        }

        return costs;
    }

    private static CostVariables WithCounters(in CostVariables variables, in TokenUsage usage) => variables with
    {
        InputTokens = Counter(CostKind.InputToken, usage),
        CachedInputTokens = Counter(CostKind.CachedInputToken, usage),
        CacheCreationInputTokens = Counter(CostKind.CacheCreationInputToken, usage),
        OutputTokens = Counter(CostKind.OutputToken, usage),
        TotalTokens = Counter(CostKind.TotalToken, usage),
        ReasoningTokens = Counter(CostKind.ReasoningToken, usage),
    };

    private static ulong Counter(CostKind kind, in TokenUsage usage) => (ulong)Math.Max(0, kind switch
    {
        CostKind.InputToken => usage.Input ?? 0,
        CostKind.CachedInputToken => usage.CachedInput ?? 0,
        CostKind.CacheCreationInputToken => usage.CacheCreationInput ?? 0,
        CostKind.OutputToken => usage.Output ?? 0,
        CostKind.TotalToken => usage.Total ?? (usage.Input ?? 0) + (usage.Output ?? 0),
        CostKind.ReasoningToken => usage.Reasoning ?? 0,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    });

    private static Entry Compile(CostSpec cost)
    {
        if (cost.Kind != CostKind.Cel) return new Entry(cost, null);
        return CostExpression.TryCompile(cost.Expression ?? "", out var expression, out var error)
            ? new Entry(cost, expression)
            : throw new FormatException($"cost \"{cost.MetadataKey}\": {error}");
    }

    private sealed record Entry(CostSpec Spec, CostExpression? Expression)
    {
        public string Key => Spec.MetadataKey;

        public CostKind Kind => Spec.Kind;

        public string? Backend => Spec.Backend;

        public string? Model => Spec.Model;

        public bool Applies(string serviceBackend, string model) => (Backend is null || Backend == serviceBackend) && (Model is null || Model == model);
    }
}
