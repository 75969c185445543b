namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Counts output tokens and cuts what exceeds the limit.</summary>
internal sealed class TokenBudget(int? limit)
{
    /// <summary>Tokens spent so far.</summary>
    public int Spent { get; private set; }

    /// <summary>True once something had to be cut.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Takes the text, or as much of it as the limit leaves.</summary>
    public string Spend(string text)
    {
        var cost = DemoTokenEstimator.Count(text);
        if (limit is null || Spent + cost <= limit)
        {
            Spent += cost;
            return text;
        }

        var kept = DemoTokenEstimator.Take(text, limit.Value - Spent);
        Spent = limit.Value;
        Exhausted = true;
        return kept;
    }
}
