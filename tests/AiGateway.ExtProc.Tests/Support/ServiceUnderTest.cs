using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using Envoy.Service.ExtProc.V3;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>A service on a free port or a socket of its own, and a channel to it. Disposing proves that nothing stayed and nothing unexpected was logged.</summary>
internal sealed class ServiceUnderTest : IAsyncDisposable, ICompletionSink
{
    private static readonly InboundCodec s_requests = new();
    private static readonly ProtobufCodec<ProcessingResponse> s_responses = new();

    private readonly TempFolder _folder = TempFolder.Create();
    private readonly CapturedLogs _logs = new();
    private readonly ChangeSignal _changed = new();
    private readonly List<UsageRecord> _records = [];
    private ILoggerFactory? _factory;
    private GrpcChannel? _channel;
    private bool _givenUp;

    public ExtProcHost Host { get; private set; } = null!;

    /// <summary>As <see cref="GrpcChannel"/> takes it.</summary>
    public string Address => Host.Address.StartsWith("unix:", StringComparison.Ordinal) ? Host.Address : $"http://{Host.Address}";

    public GrpcChannel Channel => _channel ??= new GrpcChannel(Address);

    /// <summary>Finished exchanges.</summary>
    public IReadOnlyList<UsageRecord> Records
    {
        get
        {
            lock (_records) return [.. _records];
        }
    }

    public static async Task<ServiceUnderTest> StartAsync(CancellationToken cancellationToken, bool unixSocket = false, Func<ExtProcHostOptions, ExtProcHostOptions>? change = null)
    {
        var service = new ServiceUnderTest();
        service._factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(service._logs));
        var options = new ExtProcHostOptions
        {
            Listen = unixSocket ? $"unix://{service._folder.File("extproc.sock")}" : "127.0.0.1:0",
            AdminPort = 0,
            Logs = service._factory,
            Sinks = [service],
        };
        service.Host = await ExtProcHost.StartAsync(change is null ? options : change(options), TestSnapshot.Build(), cancellationToken);
        return service;
    }

    public void Completed(Exchange exchange, UsageRecord record)
    {
        lock (_records) _records.Add(record);
        _changed.Pulse();
    }

    /// <summary>Opens a stream as one of Envoy's filters does.</summary>
    public EnvoyStream Open(CancellationToken cancellationToken, GrpcChannel? channel = null) => new((channel ?? Channel).Duplex(ExternalProcessorMethods.Process, s_requests, s_responses, cancellationToken: cancellationToken));

    /// <summary>Opens a stream as the filter on a listener does where direct routes exist.</summary>
    public EnvoyStream OpenFromPort(int port, CancellationToken cancellationToken) => new(Channel.Duplex(
        ExternalProcessorMethods.Process, s_requests, s_responses, new GrpcCallOptions { Metadata = [KeyValuePair.Create(DirectRoute.PortMetadata, port.ToString(System.Globalization.CultureInfo.InvariantCulture))] }, cancellationToken));

    /// <summary>Waits until that many exchanges are finished.</summary>
    public async Task<IReadOnlyList<UsageRecord>> RecordsAsync(int count, CancellationToken cancellationToken)
    {
        await _changed.WaitUntilAsync(() => Records.Count >= count, cancellationToken);
        return Records;
    }

    /// <summary>Waits for what the test left to end, and looks that there is nothing else.</summary>
    public async Task ExpectQuietAsync()
    {
        using var limit = new CancellationTokenSource(TestDeadline.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2)); // the count falls after the record is made, and nobody tells of it
        while (Host.ActiveExchanges + Host.RegisteredExchanges > 0) await timer.WaitForNextTickAsync(limit.Token);
        Assert.Equal(Records.Count, Records.Select(record => record.ExchangeId).Distinct().Count());
        _logs.ExpectNoErrors();
    }

    /// <summary>The test has failed already; its reason counts.</summary>
    public void GiveUp() => _givenUp = true;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_givenUp) await ExpectQuietAsync();
        }
        finally
        {
            _channel?.Dispose();
            await Host.DisposeAsync();
            _factory?.Dispose();
            _folder.Dispose();
        }
    }
}
