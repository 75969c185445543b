using System.Buffers;
using AiGateway.DataPlane.Streaming;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks;

/// <summary>Taking the usage chunk out of a stream of 200 chunks. Baseline: passing the same reads on as they are.</summary>
[MemoryDiagnoser]
public class UsageChunkFilterBenchmarks
{
    private readonly ResponseScanner _scanner = new();
    private readonly ArrayBufferWriter<byte> _output = new(256 * 1024);
    private byte[][] _reads = [];

    /// <summary>Every read ends in the middle of an event, so that none passes whole.</summary>
    [Params(false, true)]
    public bool Cut { get; set; }

    /// <summary>Makes the stream.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _reads = Samples.Stream();
        if (Cut) _reads = [.. _reads.SelectMany(bytes => bytes).Chunk(_reads[0].Length + 1)];
        if (Copy() <= Filter()) throw new InvalidOperationException("The filter took nothing out.");
    }

    /// <summary>Copies every read.</summary>
    [Benchmark(Baseline = true)]
    public int Copy()
    {
        _output.ResetWrittenCount();
        foreach (var read in _reads) _output.Write(read);
        return _output.WrittenCount;
    }

    /// <summary>What a stream goes through whose client did not ask for usage.</summary>
    [Benchmark]
    public int Filter()
    {
        _output.ResetWrittenCount();
        var filter = new UsageChunkFilter(_scanner);
        foreach (var read in _reads)
        {
            if (filter.PassesWhole(read)) _output.Write(read);
            else filter.Process(read, _output);
        }

        filter.Finish(_output);
        return _output.WrittenCount;
    }
}
