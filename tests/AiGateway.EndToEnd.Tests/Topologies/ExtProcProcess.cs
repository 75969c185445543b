using System.Globalization;
using System.Text.RegularExpressions;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary><c>aigw extproc FILE</c> in a process of its own, found by its ready line.</summary>
internal sealed partial class ExtProcProcess : IAsyncDisposable
{
    private readonly TempFolder _folder;

    private ExtProcProcess(TempFolder folder, ChildProcess process, int port, int adminPort)
    {
        _folder = folder;
        Process = process;
        Port = port;
        Admin = new Uri($"http://127.0.0.1:{adminPort}");
    }

    /// <summary>Where Envoy connects.</summary>
    public int Port { get; }

    /// <summary>Where <c>/metrics</c> is.</summary>
    public Uri Admin { get; }

    public ChildProcess Process { get; }

    /// <param name="manifest">Configuration.</param>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<ExtProcProcess> StartAsync(string manifest, int port, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, params string[] more)
    {
        var folder = TempFolder.Create();
        string[] arguments = [GatewayProcess.Program, "extproc", folder.Write("config.yaml", manifest), "--listen", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--admin-port", "0", .. more];
        var process = ChildProcess.Start("dotnet", arguments, GatewayProcess.Variables(folder, environment));
        try
        {
            var line = ReadyLine().Match(await process.WaitForErrorLineAsync(ReadyLine().IsMatch, cancellationToken));
            return new ExtProcProcess(folder, process, Number(line.Groups[1]), Number(line.Groups[2]));
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"ext_proc listens on 127\.0\.0\.1:(\d+); admin on http://localhost:(\d+)")]
    private static partial Regex ReadyLine();
}
