using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>The gateway as its users start it: <c>aigw run FILE</c> in a process of its own, on free ports, found by its ready line.</summary>
internal sealed partial class GatewayProcess : IOrigin
{
    private static readonly string[] s_ownVariables = ["OTEL_", "OPENINFERENCE_", "AIGW_", "AI_GATEWAY_", "PHOENIX_", "AWS_"];

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;

    private GatewayProcess(TempFolder folder, ChildProcess process, int port, int adminPort)
    {
        _folder = folder;
        _process = process;
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        Admin = new Uri($"http://127.0.0.1:{adminPort}");
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Endpoint, Timeout = TestDeadline.Default };
    }

    /// <summary>Where clients go.</summary>
    public Uri Endpoint { get; }

    /// <summary>Where <c>/metrics</c> is.</summary>
    public Uri Admin { get; }

    public HttpClient Client { get; }

    public ChildProcess Process => _process;

    public IReadOnlyList<ChildProcess> Processes => [_process];

    /// <summary>The program, built in the same configuration as the tests.</summary>
    public static string Program { get; } = RepositoryRoot.Combine("Cli", "bin", Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name, "net10.0", "aigw.dll");

    /// <summary>Starts it with a configuration file.</summary>
    public static Task<GatewayProcess> StartAsync(GatewayManifest manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken) =>
        StartAsync(manifest.ToString(), environment, cancellationToken);

    /// <inheritdoc cref="StartAsync(GatewayManifest, IReadOnlyDictionary{string, string}, CancellationToken)"/>
    public static Task<GatewayProcess> StartAsync(string manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        var folder = TempFolder.Create();
        return StartAsync(folder, ["run", folder.Write("config.yaml", manifest)], environment, cancellationToken);
    }

    /// <summary>Starts it as on a machine without any key: with the demo provider.</summary>
    public static Task<GatewayProcess> StartDemoAsync(IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken) =>
        StartAsync(TempFolder.Create(), [], environment, cancellationToken);

    /// <summary>The metrics page.</summary>
    public async Task<string> MetricsAsync(CancellationToken cancellationToken) => await Client.GetStringAsync(new Uri(Admin, "metrics"), cancellationToken);

    public async Task<IReadOnlyList<string>> PagesAsync(CancellationToken cancellationToken) => [await MetricsAsync(cancellationToken)];

    /// <summary>Sum over all series of one metric whose labels contain the given text; 0 when there is none.</summary>
    public async Task<double> MetricAsync(string name, string labels, CancellationToken cancellationToken) =>
        MetricsPage.Sum(await MetricsAsync(cancellationToken), name, labels);

    public async Task<JsonElement> LogEntryAsync(string requestId, CancellationToken cancellationToken) =>
        JsonElement.Parse(await _process.WaitForOutputLineAsync(line => line.Contains($"\"x-request-id\":\"{requestId}\"", StringComparison.Ordinal), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<GatewayProcess> StartAsync(TempFolder folder, string[] arguments, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start("dotnet", [Program, .. arguments, "--port", "0", "--admin-port", "0", "--log-format", "json"], Variables(folder, environment));
        try
        {
            var line = ReadyLine().Match(await process.WaitForErrorLineAsync(ReadyLine().IsMatch, cancellationToken));
            return new GatewayProcess(folder, process, Number(line.Groups[1]), Number(line.Groups[2]));
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    // What this machine has set for itself must not reach the gateway under test.
    public static Dictionary<string, string?> Variables(TempFolder folder, IReadOnlyDictionary<string, string?>? environment)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .Where(name => name.EndsWith("_API_KEY", StringComparison.Ordinal) || Array.Exists(s_ownVariables, start => name.StartsWith(start, StringComparison.Ordinal)))
            .ToDictionary(name => name, _ => (string?)null);
        variables["AIGW_CONFIG_HOME"] = folder.File("config");
        variables["AIGW_DATA_HOME"] = folder.File("data");
        variables["AIGW_STATE_HOME"] = folder.File("state");
        variables["AIGW_RUNTIME_DIR"] = folder.File("runtime");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) variables[name] = value;
        return variables;
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"listening on http://localhost:(\d+) \(admin http://localhost:(\d+)\)")]
    private static partial Regex ReadyLine();
}
