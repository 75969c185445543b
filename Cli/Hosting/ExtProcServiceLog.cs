using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>What the service says about its start and its configuration, in the words that scripts around the peer's processor look for.</summary>
internal static partial class ExtProcServiceLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "starting external processor: version {Version}, address {Address}, configPath {ConfigPath}")]
    public static partial void Starting(ILogger log, string version, string address, string configPath);

    [LoggerMessage(Level = LogLevel.Information, Message = "starting admin server: port {Port}")]
    public static partial void StartingAdmin(ILogger log, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "start watching the config file {ConfigPath}")]
    public static partial void Watching(ILogger log, string configPath);

    [LoggerMessage(Level = LogLevel.Information, Message = "loading a new config {Revision}")]
    public static partial void Loading(ILogger log, string revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no configuration at {ConfigPath} yet, requests are answered 503 until it appears")]
    public static partial void Waiting(ILogger log, string configPath);
}
