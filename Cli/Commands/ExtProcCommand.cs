using System.CommandLine;
using AiGateway.Cli.Hosting;
using AiGateway.ControlPlane.FilterConfig;
using AiGateway.ExtProc;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw extproc</c>: the engine as an external processor behind Envoy.</summary>
internal sealed class ExtProcCommand
{
    private readonly GlobalOptions _globals;
    private readonly CliEnvironment _environment;
    private readonly Argument<string[]> _paths = new("path")
    {
        Description = "The manifests that the Envoy bootstrap was made from: files or folders, - for standard input. Default: config.yaml in the configuration folder",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _listen = new("--listen", "-extProcAddr", "--extProcAddr") { Description = "Where Envoy connects: HOST:PORT, :PORT on every address, or unix:///PATH", HelpName = "ADDRESS", DefaultValueFactory = static _ => ":1063" };
    private readonly Option<int> _adminPort = new("--admin-port", "-adminPort", "--adminPort") { Description = "Port of /metrics, /health and /ready; 0 takes a free one", HelpName = "N", DefaultValueFactory = static _ => 1064 };
    private readonly Option<long> _maxMessage = new("--max-message-bytes", "-maxRecvMsgSize", "--maxRecvMsgSize") { Description = "Largest gRPC message taken from Envoy; a buffered body comes in one", HelpName = "N", DefaultValueFactory = static _ => int.MaxValue };
    private readonly Option<string> _drain = new("--drain-timeout") { Description = "How long running requests may go on after Ctrl-C or SIGTERM", HelpName = "TIME", DefaultValueFactory = static _ => "10s" };
    private readonly Option<bool> _debug = new("--debug") { Description = "Verbose log on standard error" };
    private readonly ProcessorFlags _flags = new();
    private readonly RecordOptions _record = new();

    private ExtProcCommand(GlobalOptions globals, CliEnvironment environment)
    {
        _globals = globals;
        _environment = environment;
        _listen.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && !ExtProcHost.IsAddress(text)) result.AddError($"--listen {text} is no address; write HOST:PORT, :PORT or unix:///PATH.");
        });
        _adminPort.Validators.Add(OptionChecks.Port);
        _maxMessage.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && long.TryParse(text, out var size) && size <= 0) result.AddError($"--max-message-bytes {text} takes no message; give a number of bytes.");
        });
        _drain.Validators.Add(OptionChecks.Time);
    }

    public static Command Create(GlobalOptions globals, CliEnvironment environment)
    {
        var extProc = new ExtProcCommand(globals, environment);
        var command = new Command("extproc", "Serve Envoy as its external processor; aigw translate --to envoy makes the Envoy bootstrap")
        {
            extProc._paths, extProc._listen, extProc._adminPort, extProc._maxMessage, extProc._drain, extProc._debug,
        };
        extProc._flags.AddTo(command);
        extProc._record.AddTo(command);
        command.SetAction(extProc.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var filterConfig = _flags.FilterConfig(parsed, _environment.Time);
        var paths = parsed.GetValue(_paths) ?? [];
        if (paths.Length > 0 && filterConfig is not null) return await FailAsync("name manifests or a filter configuration, not both: a filter configuration holds no routes, manifests hold everything");
        if (paths.Length == 0 && filterConfig is null)
        {
            paths = [_globals.Read(parsed).DefaultConfiguration];
            if (!File.Exists(paths[0])) return await FailAsync(ProcessorFlags.NoConfiguration);
        }

        if (_flags.WithoutEffect(parsed) is { Count: > 0 } ignored) await _environment.Error.WriteLineAsync($"warning: MCP is not served, without effect: {string.Join(' ', ignored)}");
        return await new ExtProcService(_environment, Settings(parsed, filterConfig, paths)).RunAsync(cancellationToken);
    }

    private ExtProcSettings Settings(ParseResult parsed, FilterConfigOptions? filterConfig, IReadOnlyList<string> paths) => new()
    {
        Paths = paths,
        FilterConfig = filterConfig,
        Listen = parsed.GetValue(_listen)!,
        AdminPort = parsed.GetValue(_adminPort),
        MaxMessageBytes = (int)Math.Min(parsed.GetValue(_maxMessage), int.MaxValue),
        DrainTimeout = Duration.TryParse(parsed.GetValue(_drain)!, out var time) ? time : throw new InvalidOperationException("The duration was validated."),
        Log = parsed.GetValue(_debug) ? new ServiceLogOptions(LogLevel.Debug, Json: true)
            : _flags.Log(parsed) ?? (filterConfig is null ? new ServiceLogOptions(LogLevel.Warning, Json: true) : ServiceLogOptions.Parse(null, null)),
        Prefixes = _flags.Prefixes(parsed),
        Variable = _flags.Variables(parsed, _environment.Variable),
        Record = _record.Read(parsed),
    };

    private async Task<int> FailAsync(string message)
    {
        await _environment.Error.WriteLineAsync(message);
        return 1;
    }
}
