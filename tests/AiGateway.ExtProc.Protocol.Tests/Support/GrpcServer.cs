using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>A real host with the listener under test, on a free port or a socket of its own.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TempFolder _folder;

    private GrpcServer(WebApplication app, TempFolder folder, CapturedLogs logs)
    {
        _app = app;
        _folder = folder;
        Logs = logs;
    }

    public CapturedLogs Logs { get; }

    /// <summary>As <see cref="GrpcChannel"/> takes it.</summary>
    public string Address { get; private set; } = "";

    public int Port => new Uri(Address).Port;

    public static async Task<GrpcServer> StartAsync(Action<IEndpointRouteBuilder> map, Transport transport = Transport.Tcp)
    {
        var folder = TempFolder.Create();
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(logs);
        var socket = $"unix:{folder.File("grpc.sock")}";
        builder.WebHost.UseGrpcListener(transport == Transport.Tcp ? "127.0.0.1:0" : socket);
        var app = builder.Build();
        map(app);
        app.MapGrpcUnimplemented();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new GrpcServer(app, folder, logs) { Address = transport == Transport.Tcp ? app.Urls.Single() : socket };
    }

    /// <summary>A server with one method, <c>/test.Test/Call</c>, of texts.</summary>
    public static Task<GrpcServer> StartAsync(Func<ServerStream<string, string>, Task> handler, Transport transport = Transport.Tcp, GrpcServerOptions? options = null) =>
        StartAsync(endpoints => endpoints.MapGrpcDuplex(TestCalls.Path, TextCodec.Instance, TextCodec.Instance, handler, options), transport);

    public GrpcChannel Channel(GrpcChannelOptions? options = null) => new(Address, options);

    /// <summary>Stops as a process does that is asked to end: refuses what is new, waits for what runs.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
