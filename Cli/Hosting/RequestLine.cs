using System.Globalization;
using System.Text;
using AiGateway.Contracts;

namespace AiGateway.Cli.Hosting;

/// <summary>One finished request as a person reads it: time, status, model → backend, tokens, first word, duration, costs.</summary>
internal static class RequestLine
{
    private const int ModelWidth = 18;

    // These counters are shown as tokens already.
    private static readonly HashSet<string> s_tokenCosts =
        ["llm_input_token", "llm_cached_input_token", "llm_output_token", "llm_reasoning_token", "llm_total_token"];

    /// <summary>Renders a line without its end.</summary>
    /// <param name="record">What happened.</param>
    /// <param name="firstByte">Time to the first byte of a stream; null when there was none.</param>
    /// <param name="localTime">Time of day to print.</param>
    /// <param name="color">Whether to colour the status.</param>
    public static string Render(UsageRecord record, TimeSpan? firstByte, DateTimeOffset localTime, bool color)
    {
        var line = new StringBuilder();
        line.Append(localTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)).Append(' ').Append(Status(record.Status, color)).Append("  ");
        line.Append(string.IsNullOrEmpty(record.RequestedModel) ? record.Operation.PadRight(ModelWidth) : record.RequestedModel.PadRight(ModelWidth));
        if (record.Backend is { } backend)
            line.Append(" → ").Append(ShortName(backend));
        if (record.Attempts > 1)
            line.Append(" (attempt ").Append(record.Attempts).Append(')');
        if (record.ErrorCode is { } code && record.Outcome != ExchangeOutcome.ClientCancelled)
            line.Append("  ").Append(code);
        if (record.Usage is { Input: { } input })
            line.Append("  ").Append(input).Append('/').Append(record.Usage.Output ?? 0).Append(" tokens");
        if (firstByte is { } first)
            line.Append("  first ").Append(first.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)).Append(" ms");
        line.Append("  ").Append(record.Duration.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)).Append(" s");
        foreach (var (key, value) in record.Costs.Where(static cost => !s_tokenCosts.Contains(cost.Key)))
            line.Append("  ").Append(key).Append('=').Append(value);
        if (record.Outcome == ExchangeOutcome.ClientCancelled)
            line.Append("  client left");
        return line.ToString();
    }

    /// <summary><c>namespace/name/route/…</c> → <c>name</c>.</summary>
    private static string ShortName(string backend) => backend.Split('/') is [_, var name, ..] ? name : backend;

    private static string Status(int status, bool color)
    {
        var text = status == 0 ? "---" : status.ToString(CultureInfo.InvariantCulture);
        if (!color)
            return text;
        var code = status switch
        {
            >= 200 and < 300 => 32,
            >= 400 and < 500 => 33,
            _ => 31,
        };
        return $"\e[{code}m{text}\e[0m";
    }
}
