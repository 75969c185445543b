using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Where clients send their requests, whatever stands behind it.</summary>
internal interface IOrigin : IAsyncDisposable
{
    /// <summary>Scheme, host and port.</summary>
    Uri Endpoint { get; }

    /// <summary>A client of it.</summary>
    HttpClient Client { get; }

    /// <summary>Everything that was started for it.</summary>
    IReadOnlyList<ChildProcess> Processes { get; }

    /// <summary>The metrics page of the process that holds the engine.</summary>
    Task<string> MetricsAsync(CancellationToken cancellationToken);

    /// <summary>Every page on which an operator can look at the processes.</summary>
    Task<IReadOnlyList<string>> PagesAsync(CancellationToken cancellationToken);

    /// <summary>The access log entry of a request, once it is written by whoever the client is connected to.</summary>
    Task<JsonElement> LogEntryAsync(string requestId, CancellationToken cancellationToken);
}
