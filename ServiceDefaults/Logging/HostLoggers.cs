using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// The owner's loggers without the web host's request diagnostics. As soon as anyone could read those, the host makes an activity and a log scope for every
/// request and carries them through every await; the access log and the AI span say more for less.
/// </summary>
/// <param name="owner">Loggers of the process.</param>
public sealed class HostLoggers(ILoggerFactory owner) : ILoggerFactory
{
    private const string RequestDiagnostics = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => categoryName == RequestDiagnostics ? NullLogger.Instance : owner.CreateLogger(categoryName);

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) => owner.AddProvider(provider);

    /// <summary>The owner disposes its factory.</summary>
    public void Dispose()
    {
    }
}
