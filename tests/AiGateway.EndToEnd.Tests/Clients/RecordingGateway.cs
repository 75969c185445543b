using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>A gateway in front of a provider that answers with recordings: the model that a client asks for is the name of one.</summary>
public sealed class RecordingGateway : IAsyncDisposable
{
    private readonly Dictionary<string, VectorPair> _pairs = VectorFolder.Carried.Pairs().ToDictionary(pair => pair.Name);
    private MockUpstream? _upstream;

    internal IOrigin Origin { get; private set; } = null!;

    /// <summary>The provider; a test may enqueue other answers.</summary>
    internal MockUpstream Upstream => _upstream!;

    public async ValueTask DisposeAsync()
    {
        if (Origin is not null) await Origin.DisposeAsync();
        if (_upstream is not null) await _upstream.DisposeAsync();
    }

    /// <summary>The recording of that name.</summary>
    internal Cassette Recording(string name) => _pairs[name].LoadCassette();

    /// <summary>The recording of that name and its span.</summary>
    internal VectorPair Pair(string name) => _pairs[name];

    internal async Task StartAsync(Topology topology, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        _upstream = await MockUpstream.StartAsync();
        _upstream.Answer(request => Answer(Recording(request.Model ?? "audio-transcription-basic")));
        var manifest = new GatewayManifest();
        foreach (var name in _pairs.Keys)
        {
            var dialect = name.StartsWith("messages-", StringComparison.Ordinal) ? "anthropic" : "openai";
            manifest.Model(name, dialect, dialect == "anthropic" ? "Anthropic" : "OpenAI", _upstream.Port);
        }

        Origin = await Origins.StartAsync(topology, manifest, environment, cancellationToken);
    }

    private static MockAnswer Answer(Cassette recording) =>
        MockAnswer.Bytes(recording.Status, recording.ResponseContentType, Encoding.UTF8.GetBytes(recording.ResponseBody)) with
        {
            Framing = recording.Streamed ? BodyFraming.Chunked : BodyFraming.ContentLength,
        };
}
