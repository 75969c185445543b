using AiGateway.EndToEnd.Tests.Processes;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The gateway as it starts on a machine without any key: with the demo provider.</summary>
public sealed class DemoGateway : IAsyncLifetime
{
    internal GatewayProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await GatewayProcess.StartDemoAsync(environment: null, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
    }
}
