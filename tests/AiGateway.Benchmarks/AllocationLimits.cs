namespace AiGateway.Benchmarks;

/// <summary>The limits of <c>--check</c>: what was measured plus 10 %, and 0 where nothing is allocated. Raise one only with a reason in the commit.</summary>
internal static class AllocationLimits
{
    /// <summary>One row per operation.</summary>
    public static IReadOnlyList<AllocationLimit> All { get; } =
    [
        new("RequestPeek.TryRead, 1 KB", 52, () => Peek(1024)),
        new("RequestPeek.TryRead, 128 KB", 52, () => Peek(131072)),
        new("BodyEdits, model and include_usage, 1 KB", 299, () => Splice(1024)),
        new("BodyEdits, model and include_usage, 128 KB", 299, () => Splice(131072)),
        new("ResponseScanner, 1 KB JSON", 0, () => Scan(streamed: false)),
        new("ResponseScanner, 200 chunks", 0, () => Scan(streamed: true)),
        new("UsageChunkFilter, 200 chunks", 44, () => Filter(cut: false)),
        new("UsageChunkFilter, 200 chunks cut", 44, () => Filter(cut: true)),
        new("OpenInference span, 1 KB JSON", 20926, () => Span(streamed: false)),
        new("OpenInference span, 200 chunks", 350926, () => Span(streamed: true)),
    ];

    private static Action Peek(int length)
    {
        var benchmark = new RequestPeekBenchmarks { Length = length };
        benchmark.Setup();
        return () => benchmark.TryRead();
    }

    private static Action Splice(int length)
    {
        var benchmark = new BodyEditsBenchmarks { Length = length };
        benchmark.Setup();
        return () => benchmark.Splice();
    }

    private static Action Scan(bool streamed)
    {
        var benchmark = new ResponseScannerBenchmarks { Streamed = streamed };
        benchmark.Setup();
        return () => benchmark.Scan();
    }

    private static Action Filter(bool cut)
    {
        var benchmark = new UsageChunkFilterBenchmarks { Cut = cut };
        benchmark.Setup();
        return () => benchmark.Filter();
    }

    private static Action Span(bool streamed)
    {
        var benchmark = new SpanBenchmarks { Streamed = streamed };
        benchmark.Setup();
        return () => benchmark.Build();
    }
}
