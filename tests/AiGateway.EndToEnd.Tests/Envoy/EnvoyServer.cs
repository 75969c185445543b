using System.Globalization;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>A real Envoy on free ports, with a configuration that <c>aigw translate --to envoy</c> wrote from a manifest.</summary>
internal sealed class EnvoyServer : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ChildProcess _process;
    private readonly HttpClient _client;

    private EnvoyServer(TempFolder folder, ChildProcess process, int port, int admin, UpstreamTls? tls)
    {
        _folder = folder;
        _process = process;
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (tls is not null) handler.SslOptions = tls.TrustingClient("localhost");
        Endpoint = new Uri($"{(tls is null ? "http" : "https")}://localhost:{port}");
        Admin = new Uri($"http://127.0.0.1:{admin}");
        _client = new HttpClient(handler) { BaseAddress = Endpoint, Timeout = TestDeadline.Default };
    }

    /// <summary>Its listener.</summary>
    public Uri Endpoint { get; }

    /// <summary>Its admin interface.</summary>
    public Uri Admin { get; }

    public ChildProcess Process => _process;

    /// <summary>A client of its listener.</summary>
    public HttpClient Client => _client;

    /// <param name="run">From <see cref="RealParts.Shared"/>.</param>
    /// <param name="manifest">Makes the configuration for a listener port.</param>
    /// <param name="extProcPort">Where the service is, or nobody.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="tls">What the client trusts, when the listener is HTTPS.</param>
    /// <param name="change">What an operator changes in the bootstrap.</param>
    public static async Task<EnvoyServer> StartAsync(string run, Func<int, string> manifest, int extProcPort, CancellationToken cancellationToken, UpstreamTls? tls = null, Func<string, string>? change = null)
    {
        var folder = TempFolder.Create();
        var (port, admin) = (FreePort.Find(), FreePort.Find());
        var input = folder.Write("config.yaml", manifest(port));
        var bootstrap = await Bootstrap.TranslateAsync(folder, input, cancellationToken, "--extproc-addr", $"127.0.0.1:{Text(extProcPort)}", "--envoy-admin-port", Text(admin), "--listen-address", "127.0.0.1");
        if (change is not null) await File.WriteAllTextAsync(bootstrap, change(await File.ReadAllTextAsync(bootstrap, cancellationToken)), cancellationToken);
        return await RunAsync(run, folder, bootstrap, port, admin, tls, cancellationToken);
    }

    /// <param name="run">From <see cref="RealParts.Shared"/>.</param>
    /// <param name="bootstrap">Writes a whole configuration for a listener port and an admin port.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static Task<EnvoyServer> StartAsync(string run, Func<int, int, string> bootstrap, CancellationToken cancellationToken)
    {
        var folder = TempFolder.Create();
        var (port, admin) = (FreePort.Find(), FreePort.Find());
        return RunAsync(run, folder, folder.Write("envoy.yaml", bootstrap(port, admin)), port, admin, null, cancellationToken);
    }

    private static async Task<EnvoyServer> RunAsync(string run, TempFolder folder, string bootstrap, int port, int admin, UpstreamTls? tls, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start(run, ["-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "-l", "warning", "--file-flush-interval-msec", "25"], folder: folder.Path);
        try
        {
            await process.AnswersAsync(new Uri($"http://127.0.0.1:{Text(admin)}/ready"), cancellationToken);
            return new EnvoyServer(folder, process, port, admin, tls);
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The access log entry of a request, once it is written.</summary>
    public async Task<JsonElement> LogEntryAsync(string requestId, CancellationToken cancellationToken)
    {
        var line = await _process.WaitForOutputLineAsync(line => line.Contains($"\"{requestId}\"", StringComparison.Ordinal), cancellationToken);
        return JsonElement.Parse(line);
    }

    /// <summary>A counter or gauge of Envoy's.</summary>
    public async Task<long> StatAsync(string name, CancellationToken cancellationToken)
    {
        var lines = (await _client.GetStringAsync(new Uri(Admin, $"stats?filter=^{Uri.EscapeDataString(name.Replace(".", "\\.", StringComparison.Ordinal))}$"), cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(Assert.Single(lines).Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
