using AiGateway.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>The log of the service: everything of note in the file of the run, with connection and request; what needs attention on standard error, in short.</summary>
internal static class RunLogs
{
    /// <summary>A factory over both; disposing it writes what is waiting and closes neither stream.</summary>
    /// <param name="file">Log file of the run.</param>
    /// <param name="terminal">Standard error.</param>
    /// <param name="debug">Everything on both.</param>
    /// <param name="json">JSON lines instead of text.</param>
    /// <param name="time">Clock.</param>
    public static ILoggerFactory Create(Stream file, Stream terminal, bool debug, bool json, TimeProvider time)
    {
        var level = debug ? LogLevel.Debug : LogLevel.Information;
        var toFile = ServiceLog.CreateFactory(new ServiceLogOptions(level, json), file, time);
        var toTerminal = ServiceLog.CreateFactory(new ServiceLogOptions(debug ? LogLevel.Debug : LogLevel.Warning, json), terminal, time);
        return LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(level);

            // Made by the container, because it disposes only what it made, and disposing writes the last lines.
            logging.Services.AddSingleton<ILoggerProvider>(_ => new Inner(toFile));
            logging.Services.AddSingleton<ILoggerProvider>(_ => debug || json ? new Inner(toTerminal) : new Short(toTerminal));

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

    /// <summary>As <see cref="Inner"/>, without the ids that scopes add to every line.</summary>
    private sealed class Short(ILoggerFactory factory) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Unscoped(factory.CreateLogger(categoryName));

        public void Dispose() => factory.Dispose();
    }

    private sealed class Unscoped(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
