using AiGateway.ServiceDefaults.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// Logging of the service itself, to standard error: one line each, text or JSON. Standard output is for access logs. Nobody who logs waits for the reader:
/// lines that do not fit the queue are dropped, and a line says how many.
/// </summary>
public static class ServiceLog
{
    /// <summary>A factory for a host; dispose it last, which writes the last lines.</summary>
    public static ILoggerFactory CreateFactory(ServiceLogOptions options) => CreateFactory(options, Console.OpenStandardError(), TimeProvider.System);

    /// <summary>Sets a host builder's logging to the same lines: <c>builder.Logging</c>.</summary>
    public static ILoggingBuilder AddServiceLog(this ILoggingBuilder logging, ServiceLogOptions options) =>
        Configure(logging, options, Console.OpenStandardError(), TimeProvider.System);

    /// <summary>The same lines to another stream, such as a file.</summary>
    public static ILoggerFactory CreateFactory(ServiceLogOptions options, Stream output, TimeProvider time) =>
        LoggerFactory.Create(logging => Configure(logging, options, output, time));

    private static ILoggingBuilder Configure(ILoggingBuilder logging, ServiceLogOptions options, Stream output, TimeProvider time)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.Level);
        // The framework's own news (each request, each connection) is noise beside the access log.
        if (options.Level >= LogLevel.Information) logging.AddFilter("Microsoft", LogLevel.Warning);
        // Made by the container, because it disposes only what it made, and the last lines are written on disposing.
        logging.Services.AddSingleton<ILoggerProvider>(_ => new ServiceLogProvider(options.Json ? new JsonLogFormat() : new TextLogFormat(), output, time));
        return logging;
    }
}
