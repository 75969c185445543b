using System.CommandLine;

namespace AiGateway.Cli.Commands;

/// <summary>The command line: one subcommand per file beside this one.</summary>
internal static class AigwCommand
{
    /// <summary>Parses and runs.</summary>
    public static Task<int> InvokeAsync(IReadOnlyList<string> arguments, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var configuration = new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,

            // `run` drains on signals itself; the others may simply end.
            ProcessTerminationTimeout = null,
        };
        return Create(environment).Parse(arguments).InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand Create(CliEnvironment environment)
    {
        var globals = new GlobalOptions(environment);
        var root = new RootCommand($"{Product.Name}: one endpoint for every model provider. Without a command it starts the gateway; with no provider key in the environment a demo provider answers.");
        globals.AddTo(root);
        RunCommand.AddTo(root, globals, environment);
        root.Add(ChatCommand.Create(environment));
        root.Add(ModelsCommand.Create(environment));
        root.Add(ValidateCommand.Create(globals, environment));
        root.Add(TranslateCommand.Create(globals, environment));
        root.Add(ExtProcCommand.Create(globals, environment));
        root.Add(ReplayCommand.Create(environment));
        root.Add(HealthcheckCommand.Create(environment));
        root.Add(VersionCommand.Create(environment));
        root.Add(CompletionCommand.Create(environment));
        root.Add(DownloadEnvoyCommand.Create(environment));
        return root;
    }
}
