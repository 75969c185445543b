using AiGateway.Cli.Commands;

namespace AiGateway.Cli.Tests.Support;

/// <summary>Runs commands in the test's process, with folders, variables and streams of its own.</summary>
internal sealed class TestCli : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aigw-cli-");

    public TestCli(params (string Name, string Value)[] variables)
    {
        foreach (var (name, value) in variables)
            Variables[name] = value;
        Variables.TryAdd("AIGW_CONFIG_HOME", Path("config"));
        Variables.TryAdd("AIGW_STATE_HOME", Path("state"));

        // The access log would go to the test runner's standard output.
        Variables.TryAdd("OTEL_LOGS_EXPORTER", "none");
    }

    public Dictionary<string, string> Variables { get; } = [];

    public LineWriter Output { get; } = new();

    public LineWriter Error { get; } = new();

    public string Input { get; init; } = "";

    public bool ErrorIsTerminal { get; init; }

    /// <summary>A path in the folder of this test.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file there.</summary>
    public string WriteFile(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public CliEnvironment Environment() => new()
    {
        Output = Output,
        Error = Error,
        Log = Stream.Null,
        Input = new StringReader(Input),
        ErrorIsTerminal = ErrorIsTerminal,
        Variable = name => Variables.GetValueOrDefault(name),
        StartedAt = TimeProvider.System.GetUtcNow(),
    };

    public Task<int> RunAsync(params string[] arguments) => AigwCommand.InvokeAsync(arguments, Environment(), TestContext.Current.CancellationToken);

    public void Dispose() => _folder.Delete(recursive: true);
}
