using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AiGateway.Cli.Hosting;
using AiGateway.Gateway;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw run</c>, and <c>aigw</c> alone: everything in one process.</summary>
internal sealed class RunCommand
{
    private readonly CliEnvironment _environment;
    private readonly GlobalOptions _globals;
    private readonly Argument<string[]> _paths;
    private readonly Option<bool> _demo;
    private readonly Option<bool> _debug;
    private readonly Option<string> _logFormat;
    private readonly Option<int?> _port;
    private readonly Option<int> _adminPort;
    private readonly Option<string> _drain;
    private readonly Option<ResolveOverride[]> _resolve;
    private readonly Option<string?> _runId;
    private readonly Option<string?> _mcpConfig;
    private readonly Option<string?> _mcpJson;
    private readonly RecordOptions _record = new();
    private readonly Option<int> _mcpIterations;
    private readonly Option<int> _apiPort;
    private readonly Option<bool> _store;
    private readonly Option<bool> _open;

    private RunCommand(GlobalOptions globals, CliEnvironment environment)
    {
        _environment = environment;
        _globals = globals;
        _paths = new Argument<string[]>("path")
        {
            Description = "Configuration files or folders, - for standard input. Default: config.yaml in the configuration folder, else the provider keys in the environment",
            Arity = ArgumentArity.ZeroOrMore,
        };
        _demo = new("--demo") { Description = "Add the demo provider: models that answer without any key" };
        _debug = new("--debug") { Description = "Verbose log on standard error [env: AIGW_DEBUG]", DefaultValueFactory = _ => Truth(environment.Variable("AIGW_DEBUG")) };
        _logFormat = new("--log-format")
        {
            Description = "text or json. Default: text for a terminal; otherwise, and with json, the access log goes to standard output as JSON lines",
            DefaultValueFactory = static _ => "text",
        };
        _logFormat.AcceptOnlyFromAmong("text", "json");
        _port = new("--port") { Description = "Port of the listener instead of the configured one (1975 in automatic configuration); 0 takes a free one [env: AIGW_PORT]", HelpName = "N", DefaultValueFactory = result => Number(result, "AIGW_PORT") };
        _port.Validators.Add(OptionChecks.Port);
        _adminPort = new("--admin-port") { Description = "Port of /metrics, /health and /ready; 0 takes a free one [env: AIGW_ADMIN_PORT]", HelpName = "N", DefaultValueFactory = result => Number(result, "AIGW_ADMIN_PORT") ?? 1064 };
        _adminPort.Validators.Add(OptionChecks.Port);
        _drain = new("--drain-timeout") { Description = "How long running requests may go on after Ctrl-C or SIGTERM", HelpName = "TIME", DefaultValueFactory = static _ => "10s" };
        _drain.Validators.Add(OptionChecks.Time);
        _resolve = new("--resolve") { Description = "HOST:PORT:ADDRESS[:PORT], repeatable: connect to another address than DNS says; the TLS name stays", HelpName = "RULE", CustomParser = ParseResolve, Arity = ArgumentArity.OneOrMore };
        _runId = new("--run-id") { Description = "Name of the folder of this run's files [env: AIGW_RUN_ID]", HelpName = "ID", DefaultValueFactory = _ => environment.Variable("AIGW_RUN_ID") };
        _mcpConfig = new("--mcp-config") { Description = "File with MCP servers (not yet: it is checked, but no MCP server is served)", HelpName = "FILE" };
        _mcpJson = new("--mcp-json") { Description = "MCP servers inline (not yet: it is checked, but no MCP server is served)", HelpName = "JSON" };
        _mcpIterations = new("--mcp-session-encryption-iterations") { Description = "Accepted for compatibility; has no effect", HelpName = "N", DefaultValueFactory = static _ => 100_000 };
        _apiPort = new("--api-port") { Description = "Port of the Kubernetes-style API (not yet: no API is served)", HelpName = "N" };
        _store = new("--store") { Description = "Keep the configuration in a database (not yet: files only)" };
        _open = new("--open") { Description = "Open the console in a browser (not yet: there is no console)" };
    }

    private IEnumerable<Option> Options =>
        [_demo, _port, _adminPort, _debug, _logFormat, _drain, _resolve, _runId, _mcpConfig, _mcpJson, _mcpIterations, _apiPort, _store, _open, .. _record.All];

    /// <summary>Adds <c>run</c>, and its options to the root, which starts the gateway too.</summary>
    public static void AddTo(RootCommand root, GlobalOptions globals, CliEnvironment environment)
    {
        var run = new RunCommand(globals, environment);
        var command = new Command("run", "Start the gateway") { run._paths };
        foreach (var option in run.Options)
        {
            command.Add(option);
            root.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => run.StartAsync(parsed, run.Read(parsed) with { Paths = parsed.GetValue(run._paths) ?? [] }, cancellationToken));
        root.SetAction((parsed, cancellationToken) => run.StartAsync(parsed, run.Read(parsed) with { FirstStart = true }, cancellationToken));
        root.Add(command);
    }

    private Task<int> StartAsync(ParseResult parsed, RunOptions options, CancellationToken cancellationToken) =>
        new StandaloneHost(options, _globals.Read(parsed), _environment).RunAsync(cancellationToken);

    private RunOptions Read(ParseResult parsed) => new()
    {
        Demo = parsed.GetValue(_demo),
        Debug = parsed.GetValue(_debug),
        JsonLogs = parsed.GetValue(_logFormat) == "json",
        Port = parsed.GetValue(_port),
        AdminPort = parsed.GetValue(_adminPort),
        DrainTimeout = Duration.TryParse(parsed.GetValue(_drain)!, out var drain) ? drain : throw new InvalidOperationException("The duration was validated."),
        Resolve = parsed.GetValue(_resolve) ?? [],
        RunId = parsed.GetValue(_runId) is { Length: > 0 } id ? id : null,
        Record = _record.Read(parsed),
        McpConfig = parsed.GetValue(_mcpConfig),
        McpJson = parsed.GetValue(_mcpJson),
        NotYet = [.. new Option[] { _apiPort, _store, _open, _mcpConfig, _mcpJson }.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(static option => option.Name)],
    };

    private static bool Truth(string? value) => value?.ToLowerInvariant() is "1" or "true" or "yes" or "on";

    private int? Number(ArgumentResult result, string variable)
    {
        if (_environment.Variable(variable) is not { Length: > 0 } value)
            return null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= OptionChecks.LargestPort)
            return number;
        result.AddError($"{variable}=\"{value}\" is no port; set a number from 0 to {OptionChecks.LargestPort}.");
        return null;
    }

    private static ResolveOverride[] ParseResolve(ArgumentResult result)
    {
        List<ResolveOverride> rules = [];
        foreach (var token in result.Tokens)
        {
            if (ResolveRule.TryParse(token.Value, out var rule))
                rules.Add(rule);
            else
                result.AddError($"--resolve {token.Value} is not understood; write HOST:PORT:ADDRESS or HOST:PORT:ADDRESS:PORT, an IPv6 address in brackets.");
        }

        return [.. rules];
    }
}
