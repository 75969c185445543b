using System.Security.Cryptography;
using System.Text;
using AiGateway.EndToEnd.Tests.Envoy;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>A real Envoy configured for the peer, and <c>aigw extproc</c> in the place of the peer's processor, over a Unix socket.</summary>
internal sealed class PeerOrigin : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ChildProcess _service;

    private PeerOrigin(TempFolder folder, ChildProcess service, EnvoyServer envoy)
    {
        _folder = folder;
        _service = service;
        Envoy = envoy;
    }

    public HttpClient Client => Envoy.Client;

    public EnvoyServer Envoy { get; }

    /// <param name="document">First filter configuration, as a bundle.</param>
    /// <param name="models">See <see cref="PeerBootstrap.Text"/>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PeerOrigin> StartAsync(string document, (string Model, (string Backend, int Port)[] Backends)[] models, CancellationToken cancellationToken)
    {
        var run = RealParts.Shared("envoy");
        var folder = TempFolder.Create();
        Write(folder, document);
        var socket = folder.File("run.sock");
        string[] arguments =
        [
            GatewayProcess.Program, "extproc", "-configBundlePath", folder.File("bundle"), "-logLevel", "info", "-logFormat", "text", "-extProcAddr", $"unix://{socket}", "-adminPort", "0",
            "-rootPrefix", "/", "-maxRecvMsgSize", "536870912",
        ];
        var service = ChildProcess.Start("dotnet", arguments, GatewayProcess.Variables(folder, null));
        try
        {
            await service.WaitForErrorLineAsync(static line => line == "AI Gateway External Processor is ready", cancellationToken);
            return new PeerOrigin(folder, service, await EnvoyServer.StartAsync(run, (port, admin) => PeerBootstrap.Text(port, admin, socket, models), cancellationToken));
        }
        catch
        {
            await service.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Puts another filter configuration in the place of the first, file by file, as a volume is updated.</summary>
    public void Replace(string document) => Write(_folder, document);

    public async ValueTask DisposeAsync()
    {
        await Envoy.DisposeAsync();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    private static void Write(TempFolder folder, string document)
    {
        var middle = document.Length / 2;
        Move(folder, "bundle/parts/000", document[..middle]);
        Move(folder, "bundle/parts/001", document[middle..]);
        Move(folder, "bundle/index.yaml", string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $$"""
            version: v1.1.0
            uuid: {{Guid.CreateVersion7()}}
            checksum: {{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)))}}
            parts:
            - {name: part-000, path: parts/000, sizeBytes: {{middle}} }
            - {name: part-001, path: parts/001, sizeBytes: {{document.Length - middle}} }
            createdAt: "2026-01-01T00:00:00Z"
            """));
    }

    private static void Move(TempFolder folder, string name, string content) => File.Move(folder.Write($"{name}.new", content), folder.File(name), overwrite: true);
}
