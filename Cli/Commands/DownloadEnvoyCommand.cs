using System.CommandLine;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw download-envoy</c>: kept because scripts call it.</summary>
internal static class DownloadEnvoyCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var command = new Command("download-envoy", "Accepted for compatibility: this gateway needs no Envoy");
        command.SetAction(_ => environment.Output.WriteLine("Nothing to download: this gateway needs no Envoy."));
        return command;
    }
}
