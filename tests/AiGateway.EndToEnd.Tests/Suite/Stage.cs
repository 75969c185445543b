using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>
/// One running topology with <c>suite.yaml</c> and two providers that do what each case says. Cases share it and run at the same time, so each carries
/// an id by which its requests, answers and log lines are known.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>The header by which a provider knows the case.</summary>
    public const string CaseHeader = "x-case";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<MockAnswer>> _answers = new();
    private readonly Socket _refusing;

    private Stage(Topology topology, MockUpstream first, MockUpstream second, Socket refusing)
    {
        Topology = topology;
        First = first;
        Second = second;
        _refusing = refusing;
        Script(first, "first");
        Script(second, "second");
    }

    public Topology Topology { get; }

    public IOrigin Origin { get; private set; } = null!;

    /// <summary>The provider of most backends.</summary>
    public MockUpstream First { get; }

    /// <summary>The provider behind the backends <c>second</c> and <c>azure</c>.</summary>
    public MockUpstream Second { get; }

    /// <summary>The keys in the configuration, for which all output is searched.</summary>
    public SecretScan Secrets { get; } = new();

    public string FirstKey { get; private set; } = "";

    public string SecondKey { get; private set; } = "";

    public string ClaudeKey { get; private set; } = "";

    /// <param name="topology">Which one; skips the test when its parts are not here.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="collector">Takes all signals of all processes; null lets the engine write its spans to standard output.</param>
    public static async Task<Stage> StartAsync(Topology topology, CancellationToken cancellationToken, OtlpSink? collector = null)
    {
        // Bound and never listening: connections are refused, and nobody else can take the port.
        var refusing = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var stage = new Stage(topology, await MockUpstream.StartAsync(), await MockUpstream.StartAsync(), refusing);
        try
        {
            (stage.FirstKey, stage.SecondKey, stage.ClaudeKey) = (stage.Secrets.Plant("first"), stage.Secrets.Plant("second"), stage.Secrets.Plant("claude"));
            var environment = collector?.Variables(OtlpSink.Engine) ?? new Dictionary<string, string?> { ["OTEL_TRACES_EXPORTER"] = "console", ["OTEL_BSP_SCHEDULE_DELAY"] = "5" };
            stage.Origin = await Origins.StartAsync(topology, stage.Manifest(), environment, cancellationToken, collector?.Variables(OtlpSink.InFront));
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new case.</summary>
    public Case Case() => new(this, $"case-{Guid.CreateVersion7():N}");

    /// <summary>The next answers of a provider to a case, one each.</summary>
    public void Enqueue(string provider, string id, IEnumerable<MockAnswer> answers)
    {
        var queue = _answers.GetOrAdd($"{provider}/{id}", _ => new ConcurrentQueue<MockAnswer>());
        foreach (var answer in answers) queue.Enqueue(answer);
    }

    public async ValueTask DisposeAsync()
    {
        if (Origin is not null) await Origin.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        _refusing.Dispose();
    }

    private string Manifest() => File.ReadAllText(RepositoryRoot.Combine("tests", "AiGateway.EndToEnd.Tests", "Suite", "suite.yaml"))
        .Replace("FIRST_PORT", Text(First.Port), StringComparison.Ordinal)
        .Replace("SECOND_PORT", Text(Second.Port), StringComparison.Ordinal)
        .Replace("REFUSED_PORT", Text(((IPEndPoint)_refusing.LocalEndPoint!).Port), StringComparison.Ordinal)
        .Replace("FIRST_KEY", FirstKey, StringComparison.Ordinal)
        .Replace("SECOND_KEY", SecondKey, StringComparison.Ordinal)
        .Replace("CLAUDE_KEY", ClaudeKey, StringComparison.Ordinal);

    private void Script(MockUpstream upstream, string provider)
    {
        upstream.AnswerOnHead(request => Queue(request, provider) is { } queue && queue.TryPeek(out var next) && next.RequestBody != RequestBodyPolicy.ReadFirst && queue.TryDequeue(out next) ? next : null);
        upstream.Answer(request => Queue(request, provider) is { } queue && queue.TryDequeue(out var next) ? next : MockAnswer.Text(501, $"no answer of {provider} is left for this case"));
    }

    private ConcurrentQueue<MockAnswer>? Queue(RecordedRequest request, string provider) => _answers.GetValueOrDefault($"{provider}/{request.Headers[CaseHeader]}");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
