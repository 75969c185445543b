using Microsoft.Extensions.Hosting;

namespace AiGateway.Gateway;

/// <summary>The process owner decides about signals; the web hosts inside do not listen to them.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
