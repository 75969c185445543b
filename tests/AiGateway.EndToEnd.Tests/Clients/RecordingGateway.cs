using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>A gateway in front of a provider that answers with recordings: the model that a client asks for is the name of one.</summary>
public sealed class RecordingGateway : IAsyncLifetime
{
    private readonly Dictionary<string, VectorPair> _pairs = VectorFolder.Carried.Pairs().ToDictionary(pair => pair.Name);
    private MockUpstream _upstream = null!;

    internal GatewayProcess Process { get; private set; } = null!;

    /// <summary>The provider; a test may enqueue other answers.</summary>
    internal MockUpstream Upstream => _upstream;

    public ValueTask InitializeAsync() => StartAsync(environment: null, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    /// <summary>The recording of that name.</summary>
    internal Cassette Recording(string name) => _pairs[name].LoadCassette();

    /// <summary>The recording of that name and its span.</summary>
    internal VectorPair Pair(string name) => _pairs[name];

    internal async ValueTask StartAsync(IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        _upstream = await MockUpstream.StartAsync();
        _upstream.Answer(request => Answer(Recording(request.Model ?? "audio-transcription-basic")));
        var manifest = new GatewayManifest();
        foreach (var name in _pairs.Keys)
        {
            var dialect = name.StartsWith("messages-", StringComparison.Ordinal) ? "anthropic" : "openai";
            manifest.Model(name, dialect, dialect == "anthropic" ? "Anthropic" : "OpenAI", _upstream.Port);
        }

        Process = await GatewayProcess.StartAsync(manifest, environment, cancellationToken);
    }

    private static MockAnswer Answer(Cassette recording) =>
        MockAnswer.Bytes(recording.Status, recording.ResponseContentType, Encoding.UTF8.GetBytes(recording.ResponseBody)) with
        {
            Framing = recording.Streamed ? BodyFraming.Chunked : BodyFraming.ContentLength,
        };
}
