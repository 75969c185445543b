using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.OpenInference;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks;

/// <summary>Building the OpenInference span of a chat exchange, after the client has its answer. Baseline: parsing the bodies and nothing more.</summary>
[MemoryDiagnoser]
public class SpanBenchmarks
{
    private readonly OpenInferenceConvention _convention = new(new OpenInferenceOptions(), (part, exception) => throw new InvalidOperationException(part, exception));
    private ReadOnlyMemory<byte>[] _texts = [];
    private ExchangeCapture? _capture;

    /// <summary>The answer came as 200 chunks, or else as 1 KB of JSON.</summary>
    [Params(false, true)]
    public bool Streamed { get; set; }

    /// <summary>Makes the exchange.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var request = Samples.Request(1024, Streamed);
        var events = Streamed ? Samples.Stream() : [];
        _texts = [request, .. Streamed ? events[..^1].Select(bytes => (ReadOnlyMemory<byte>)bytes.AsMemory("data: ".Length)) : [Samples.Answer()]];
        _capture = new ExchangeCapture
        {
            Endpoint = EndpointKind.ChatCompletions,
            RequestBody = request,
            RequestContentType = "application/json",
            RequestedModel = Samples.Model,
            UpstreamModel = Samples.Model,
            Schema = ProviderSchema.OpenAI,
            UpstreamHost = "api.openai.com",
            Status = 200,
            ResponseBody = Streamed ? events.SelectMany(bytes => bytes).ToArray() : Samples.Answer(),
            ResponseContentType = Streamed ? "text/event-stream" : "application/json",
            Streamed = Streamed,
            Outcome = ExchangeOutcome.Succeeded,
            FirstTokenAt = Streamed ? DateTimeOffset.UnixEpoch : null,
        };
    }

    /// <summary>Parses the request and the answer, of a stream every chunk.</summary>
    [Benchmark(Baseline = true)]
    public int ParseBodies()
    {
        var members = 0;
        foreach (var text in _texts)
        {
            using var document = JsonDocument.Parse(text);
            members += document.RootElement.GetPropertyCount();
        }

        return members;
    }

    /// <summary>What the telemetry queue does with each exchange.</summary>
    [Benchmark]
    public SpanRecord Build() => _convention.Build(_capture!);
}
