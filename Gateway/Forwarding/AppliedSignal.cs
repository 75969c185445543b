using Yarp.ReverseProxy.Configuration;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Tells when YARP has taken over a configuration.</summary>
internal sealed class AppliedSignal : IConfigChangeListener
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next configuration that is taken over, or fails with the reason why it is not.</summary>
    public Task Next()
    {
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _next.Task;
    }

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => _next.TrySetResult();

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => _next.TrySetException(new FormatException(exception.Message, exception));

    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => _next.TrySetException(new FormatException(exception.Message, exception));
}
