using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ServiceDefaults;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>A real gateway host on real sockets, with everything it says within reach of a test.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable, ICompletionSink
{
    private readonly Channel<UsageRecord> _records = Channel.CreateUnbounded<UsageRecord>();
    private readonly ILoggerFactory _loggers;
    private readonly TelemetryPipeline _telemetry;
    private readonly MemoryStream _output;

    private GatewayUnderTest(Dictionary<string, string> environment)
    {
        Environment = environment;
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning));
        _output = new MemoryStream();
        var options = TelemetryOptions.FromEnvironment(name => environment.GetValueOrDefault(name));
        _telemetry = TelemetryPipeline.Start(options, new TelemetrySources([GatewayActivities.SourceName], [GatewayMetrics.MeterName]), _loggers, Stream.Synchronized(_output));
    }

    public Dictionary<string, string> Environment { get; }

    public CapturedLogs Logs { get; } = new();

    public GatewayHost Host { get; private set; } = null!;

    public int Port => Host.Listeners[0].Port;

    public HttpClient Client { get; private set; } = null!;

    public static Task<GatewayUnderTest> StartAsync(TestSnapshot snapshot, Func<GatewayHostOptions, GatewayHostOptions>? change = null, params (string Name, string Value)[] environment) =>
        StartAsync(snapshot.Build(), change, environment);

    public static async Task<GatewayUnderTest> StartAsync(GatewaySnapshot snapshot, Func<GatewayHostOptions, GatewayHostOptions>? change = null, params (string Name, string Value)[] environment)
    {
        var gateway = new GatewayUnderTest(environment.ToDictionary(pair => pair.Name, pair => pair.Value));
        var options = new GatewayHostOptions
        {
            AdminPort = 0,
            DefaultAddresses = ["127.0.0.1"],
            Logs = gateway._loggers,
            Telemetry = gateway._telemetry,
            Environment = name => gateway.Environment.GetValueOrDefault(name),
            Sinks = [gateway],
        };
        gateway.Host = await GatewayHost.StartAsync(change?.Invoke(options) ?? options, snapshot, TestContext.Current.CancellationToken);
        gateway.Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 }) { BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}"), Timeout = TestDeadline.Default };
        return gateway;
    }

    /// <summary>The next finished exchange.</summary>
    public async Task<UsageRecord> NextRecordAsync()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        return await _records.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>No further exchange has finished.</summary>
    public bool HasMoreRecords => _records.Reader.Count > 0;

    /// <summary>Posts JSON and gives the answer with its body not yet read.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>A client that sends exactly the bytes a test wants.</summary>
    public Task<RawHttpClient> ConnectAsync() => RawHttpClient.ConnectAsync(Port, TestContext.Current.CancellationToken);

    /// <summary>Posts JSON and reads the whole answer as text.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> AskAsync(string path, string json, params (string Name, string Value)[] headers)
    {
        var response = await PostAsync(path, json, headers);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Nothing runs any more, no second record was made, no error was logged, and no connection to the upstream is left once the host is gone.</summary>
    public async Task ExpectNothingLeftAsync(MockUpstream upstream)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await Host.DrainAsync(TestDeadline.Default, deadline.Token);
        Assert.Equal(0, Host.ActiveExchanges);
        Assert.False(HasMoreRecords);
        Logs.ExpectNoErrors();
        Client.Dispose();
        await Host.DisposeAsync();
        await upstream.DisposeAsync();
        await ResourceCensus.SocketsGoneAsync(upstream.Port, deadline.Token);
        Assert.Empty(upstream.ProtocolErrors);
    }

    /// <summary>Everything written to standard output so far (access log lines, console spans).</summary>
    public async Task<string> OutputAsync()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await _telemetry.FlushAsync(deadline.Token);
        return Encoding.UTF8.GetString(_output.ToArray());
    }

    /// <summary>The metrics page.</summary>
    public string Metrics() => _telemetry.Prometheus.Render();

    void ICompletionSink.Completed(Exchange exchange, UsageRecord record) => _records.Writer.TryWrite(record);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (Host is not null) await Host.DisposeAsync();
        await _telemetry.DisposeAsync();
        _loggers.Dispose();
        Logs.Dispose();
    }
}
