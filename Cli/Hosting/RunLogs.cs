using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>The log of the service: everything of note in the file of the run, what needs attention on standard error.</summary>
internal static class RunLogs
{
    /// <summary>A factory over both; disposing it closes neither stream.</summary>
    public static ILoggerFactory Create(Stream file, Stream terminal, bool debug, bool json, TimeProvider time)
    {
        var level = debug ? LogLevel.Debug : LogLevel.Information;
        var toFile = ServiceLog.CreateFactory(new ServiceLogOptions(level, json), file, time);
        var toTerminal = ServiceLog.CreateFactory(new ServiceLogOptions(debug ? LogLevel.Debug : LogLevel.Warning, json), terminal, time);
        return LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(level).AddProvider(new Inner(toFile)).AddProvider(new Inner(toTerminal));

            // Kestrel warns about HTTP/2 without TLS at every start; the gateway tells the two protocols apart itself.
            if (!debug)
                logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        });
    }

    /// <summary>A whole factory as one of several receivers, each with a level of its own.</summary>
    private sealed class Inner(ILoggerFactory factory) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => factory.CreateLogger(categoryName);

        public void Dispose() => factory.Dispose();
    }
}
