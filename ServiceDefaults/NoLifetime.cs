using Microsoft.Extensions.Hosting;

namespace AiGateway.ServiceDefaults;

/// <summary>The process owner decides about signals; the web hosts inside do not listen to them.</summary>
public sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
