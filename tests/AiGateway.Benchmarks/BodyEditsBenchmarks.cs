using System.Buffers;
using AiGateway.DataPlane.Json;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks;

/// <summary>Sending a request with another model and with usage asked for. Baseline: sending it unchanged.</summary>
[MemoryDiagnoser]
public class BodyEditsBenchmarks
{
    private static readonly byte[] s_usage = ""","stream_options":{"include_usage":true}"""u8.ToArray();

    private readonly BodyEdits _edits = new();
    private readonly ArrayBufferWriter<byte> _output = new(256 * 1024);
    private byte[] _body = [];
    private RequestPeek _peek;

    /// <summary>Request length in bytes.</summary>
    [Params(1024, 131072)]
    public int Length { get; set; }

    /// <summary>Makes and reads the request.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _body = Samples.Request(Length, stream: true);
        if (!RequestPeek.TryRead(_body, out _peek, out var problem)) throw new InvalidOperationException(problem);
    }

    /// <summary>Copies the request to the buffer.</summary>
    [Benchmark(Baseline = true)]
    public int Copy()
    {
        _output.ResetWrittenCount();
        _output.Write(_body);
        return _output.WrittenCount;
    }

    /// <summary>Makes both edits and writes the pieces to the buffer.</summary>
    [Benchmark]
    public int Splice()
    {
        _output.ResetWrittenCount();
        _edits.Clear();
        _edits.Replace(_peek.ModelValue, BodyEdits.JsonString("another-model"));
        _edits.Replace(_peek.ObjectEnd.._peek.ObjectEnd, s_usage);
        foreach (var piece in _edits.Pieces(_body)) _output.Write(piece.Span);
        return _output.WrittenCount;
    }
}
