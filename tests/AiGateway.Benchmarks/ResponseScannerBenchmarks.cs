using AiGateway.DataPlane.Streaming;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks;

/// <summary>Finding model and usage in an answer while it passes. Baseline: the vectorised search for line ends in the same bytes.</summary>
[MemoryDiagnoser]
public class ResponseScannerBenchmarks
{
    private readonly ResponseScanner _scanner = new();
    private byte[][] _reads = [];

    /// <summary>200 chunks, one per read, or else 1 KB of JSON in one read.</summary>
    [Params(false, true)]
    public bool Streamed { get; set; }

    /// <summary>Makes the answer.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _reads = Streamed ? Samples.Stream() : [Samples.Answer()];
        if (Scan() is not > 0) throw new InvalidOperationException("The scanner found no usage.");
    }

    /// <summary>Counts lines.</summary>
    [Benchmark(Baseline = true)]
    public int FindLineEnds()
    {
        var lines = 0;
        foreach (var read in _reads)
        {
            var rest = read.AsSpan();
            for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                lines++;
                rest = rest[(end + 1)..];
            }
        }

        return lines;
    }

    /// <summary>What every answer goes through.</summary>
    [Benchmark]
    public long? Scan()
    {
        _scanner.Restart(Samples.Chat, Streamed, Samples.Model);
        foreach (var read in _reads) _scanner.Feed(read);
        _scanner.Finish();
        return _scanner.Usage.Total;
    }
}
