using System.Diagnostics;

namespace AiGateway.StreamLoad;

/// <summary>All streams together. Times are milliseconds from the provider's write to the client's read.</summary>
internal sealed record LoadReport(int Streams, int Failed, int Unfinished, long Frames, long Lost, long Reordered, double P50, double P99, double P999, double Max, long Over50, string? FirstFailure)
{
    public static LoadReport Of(IReadOnlyList<StreamResult> results, int frames)
    {
        var delays = results.SelectMany(result => result.Delays).Order().ToArray();
        return new LoadReport(
            results.Count,
            results.Count(result => result.Failure is not null),
            results.Count(result => !result.Finished),
            delays.Length,
            ((long)results.Count * frames) - delays.Length,
            results.Sum(result => result.Reordered),
            At(delays, 0.5), At(delays, 0.99), At(delays, 0.999), At(delays, 1),
            delays.LongCount(delay => Milliseconds(delay) > 50),
            results.FirstOrDefault(result => result.Failure is not null)?.Failure);
    }

    private static double At(long[] sorted, double share) => sorted.Length == 0 ? 0 : Milliseconds(sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)]);

    private static double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / Stopwatch.Frequency, 2);
}
