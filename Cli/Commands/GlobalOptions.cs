using System.CommandLine;

namespace AiGateway.Cli.Commands;

/// <summary>Options of every command: where files are.</summary>
internal sealed class GlobalOptions
{
    private readonly CliEnvironment _environment;
    private readonly Option<string> _config;
    private readonly Option<string> _data;
    private readonly Option<string> _state;
    private readonly Option<string> _runtime;

    public GlobalOptions(CliEnvironment environment)
    {
        _environment = environment;
        _config = Folder("--config-home", "AIGW_CONFIG_HOME", "~/.config/aigw", "Folder of the configuration; config.yaml in it is the default file");
        _data = Folder("--data-home", "AIGW_DATA_HOME", "~/.local/share/aigw", "Folder of persistent data");
        _state = Folder("--state-home", "AIGW_STATE_HOME", "~/.local/state/aigw", "Folder of logs and of the files of each run");
        _runtime = Folder("--runtime-dir", "AIGW_RUNTIME_DIR", $"{Path.GetTempPath().TrimEnd(Path.DirectorySeparatorChar)}/aigw-{Environment.UserName}", "Folder of sockets");
    }

    /// <summary>Adds them to the root; they apply to every command below.</summary>
    public void AddTo(Command root)
    {
        root.Add(_config);
        root.Add(_data);
        root.Add(_state);
        root.Add(_runtime);
    }

    /// <summary>The folders that were asked for.</summary>
    public CliPaths Read(ParseResult parsed) => new(Expanded(parsed, _config), Expanded(parsed, _data), Expanded(parsed, _state), Expanded(parsed, _runtime));

    private string Expanded(ParseResult parsed, Option<string> option) => CliPaths.Expand(parsed.GetValue(option)!, _environment.Variable);

    private Option<string> Folder(string name, string variable, string fallback, string description) => new(name)
    {
        Description = $"{description} [env: {variable}]",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => _environment.Variable(variable) is { Length: > 0 } value ? value : fallback,
    };
}
