using System.Text.Json;
using AiGateway.DataPlane.Json;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks;

/// <summary>Reading model, stream and places out of a request. Baseline: the bare JSON reader over the same bytes, which checks syntax only.</summary>
[MemoryDiagnoser]
public class RequestPeekBenchmarks
{
    private byte[] _body = [];

    /// <summary>Request length in bytes.</summary>
    [Params(1024, 131072)]
    public int Length { get; set; }

    /// <summary>Makes the request.</summary>
    [GlobalSetup]
    public void Setup() => _body = Samples.Request(Length);

    /// <summary>Walks all tokens.</summary>
    [Benchmark(Baseline = true)]
    public int JsonReaderAlone()
    {
        var reader = new Utf8JsonReader(_body);
        var tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }

    /// <summary>What every request goes through once.</summary>
    [Benchmark]
    public RequestPeek TryRead()
        => RequestPeek.TryRead(_body, out var peek, out var problem) ? peek : throw new InvalidOperationException(problem);
}
