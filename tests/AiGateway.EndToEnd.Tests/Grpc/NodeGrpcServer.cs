using System.Globalization;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.EndToEnd.Tests.Grpc;

/// <summary><c>tests/clients/grpc-server.mjs</c> in a process of its own.</summary>
internal sealed class NodeGrpcServer : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private NodeGrpcServer(ChildProcess process, string address)
    {
        _process = process;
        Channel = new GrpcChannel(address);
    }

    public GrpcChannel Channel { get; }

    /// <param name="address">As Node takes it: <c>127.0.0.1:0</c> or <c>unix:/path</c>.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    public static async Task<NodeGrpcServer> StartAsync(string address, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start(RealParts.Program("node"), ["grpc-server.mjs", address], folder: RealParts.NodeClients(), keepInputOpen: true);
        var line = await process.WaitForOutputLineAsync(line => line.StartsWith("listening ", StringComparison.Ordinal), cancellationToken);
        var port = int.Parse(line.AsSpan("listening ".Length), CultureInfo.InvariantCulture);
        return new NodeGrpcServer(process, address.StartsWith("unix:", StringComparison.Ordinal) ? address : $"http://127.0.0.1:{port}");
    }

    /// <summary>Waits until the server was left by the client of such a call.</summary>
    public Task WaitUntilLeftAsync(string name, CancellationToken cancellationToken) => _process.WaitForOutputLineAsync(line => line == $"left {name}", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _process.DisposeAsync();
    }
}
