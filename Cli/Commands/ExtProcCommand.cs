using System.CommandLine;
using AiGateway.Cli.Hosting;
using AiGateway.ExtProc;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw extproc</c>: the engine as an external processor behind Envoy.</summary>
internal static class ExtProcCommand
{
    public static Command Create(GlobalOptions globals, CliEnvironment environment)
    {
        var paths = new Argument<string[]>("path") { Description = "The manifests that the Envoy bootstrap was made from: files or folders, - for standard input. Default: config.yaml in the configuration folder", Arity = ArgumentArity.ZeroOrMore };
        var listen = new Option<string>("--listen") { Description = "Where Envoy connects: HOST:PORT, :PORT on every address, or unix:///PATH", HelpName = "ADDRESS", DefaultValueFactory = static _ => ":1063" };
        listen.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && !ExtProcHost.IsAddress(text)) result.AddError($"--listen {text} is no address; write HOST:PORT, :PORT or unix:///PATH.");
        });
        var adminPort = new Option<int>("--admin-port") { Description = "Port of /metrics, /health and /ready; 0 takes a free one", HelpName = "N", DefaultValueFactory = static _ => 1064 };
        adminPort.Validators.Add(OptionChecks.Port);
        var maxMessage = new Option<int>("--max-message-bytes") { Description = "Largest gRPC message taken from Envoy; a buffered body comes in one", HelpName = "N", DefaultValueFactory = static _ => int.MaxValue };
        var drain = new Option<string>("--drain-timeout") { Description = "How long running requests may go on after Ctrl-C or SIGTERM", HelpName = "TIME", DefaultValueFactory = static _ => "10s" };
        drain.Validators.Add(OptionChecks.Time);
        var debug = new Option<bool>("--debug") { Description = "Verbose log on standard error" };
        var record = new RecordOptions();
        var command = new Command("extproc", "Serve Envoy as its external processor; aigw translate --to envoy makes the Envoy bootstrap") { paths, listen, adminPort, maxMessage, drain, debug };
        record.AddTo(command);
        command.SetAction((parsed, cancellationToken) => new ExtProcService(environment)
        {
            Paths = parsed.GetValue(paths) is { Length: > 0 } given ? given : [globals.Read(parsed).DefaultConfiguration],
            Listen = parsed.GetValue(listen)!,
            AdminPort = parsed.GetValue(adminPort),
            MaxMessageBytes = parsed.GetValue(maxMessage),
            DrainTimeout = Duration.TryParse(parsed.GetValue(drain)!, out var time) ? time : throw new InvalidOperationException("The duration was validated."),
            Debug = parsed.GetValue(debug),
            Record = record.Read(parsed),
        }.RunAsync(cancellationToken));
        return command;
    }
}
