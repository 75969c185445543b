namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Where clients send their requests, whatever stands behind it.</summary>
internal interface IOrigin : IAsyncDisposable
{
    /// <summary>A client of it.</summary>
    HttpClient Client { get; }
}
