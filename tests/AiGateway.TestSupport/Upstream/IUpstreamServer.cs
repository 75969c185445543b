namespace AiGateway.TestSupport.Upstream;

/// <summary>The listening half of a <see cref="MockUpstream"/>.</summary>
internal interface IUpstreamServer : IAsyncDisposable
{
    int Port { get; }
}
