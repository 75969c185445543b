using System.Globalization;

namespace AiGateway.Benchmarks;

/// <summary>Compares allocations with <see cref="AllocationLimits"/>. Bytes, unlike times, are the same on a busy machine, so this can run anywhere.</summary>
internal static class AllocationCheck
{
    private const int Batches = 20;
    private const int Iterations = 200;

    /// <summary>Measures every row and prints it.</summary>
    /// <returns>Exit code: 1 when a limit is exceeded.</returns>
    public static int Run(TextWriter output)
    {
        var exceeded = 0;
        output.WriteLine($"{"operation",-45} {"bytes",9} {"limit",9}");
        foreach (var limit in AllocationLimits.All)
        {
            var bytes = BytesPerOperation(limit.Prepare());
            var within = bytes <= limit.Bytes;
            if (!within) exceeded++;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{limit.Name,-45} {bytes,9} {limit.Bytes,9}{(within ? "" : "  EXCEEDED")}"));
        }

        return exceeded == 0 ? 0 : 1;
    }

    // The lowest batch: code that is not optimised yet allocates more, and so does a batch in which a pool was trimmed.
    private static long BytesPerOperation(Action operation)
    {
        var lowest = long.MaxValue;
        for (var batch = 0; batch < Batches; batch++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Iterations; i++) operation();
            lowest = Math.Min(lowest, (GC.GetAllocatedBytesForCurrentThread() - before) / Iterations);
        }

        return lowest;
    }
}
