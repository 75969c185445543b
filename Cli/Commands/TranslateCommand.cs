using System.CommandLine;
using AiGateway.Cli.Demo;
using AiGateway.Cli.Hosting;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Envoy;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw translate</c>: what a configuration amounts to.</summary>
internal sealed class TranslateCommand
{
    private readonly CliEnvironment _environment;
    private readonly GlobalOptions _globals;
    private readonly Argument<string[]> _paths = new("path") { Description = "Files or folders, - for standard input. Default: config.yaml in the configuration folder", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _format = new("--output", "-o") { Description = "yaml or json", HelpName = "FORMAT", DefaultValueFactory = static _ => "yaml" };
    private readonly Option<string?> _target = new("--to")
    {
        Description = "compiled: what the gateway runs (default). resources: the demo provider's manifests, default with --demo alone. envoy: an Envoy bootstrap for the external processor. gatewayapi: not yet",
        HelpName = "TARGET",
    };

    private readonly Option<string?> _gateway = new("--gateway") { Description = "Only what this Gateway serves", HelpName = "NS/NAME" };
    private readonly Option<bool> _demo = new("--demo") { Description = "The resources of the demo provider" };

    private readonly EnvoyTarget _envoy = new();

    private TranslateCommand(GlobalOptions globals, CliEnvironment environment)
    {
        _globals = globals;
        _environment = environment;
        _format.AcceptOnlyFromAmong("yaml", "json");
        _target.AcceptOnlyFromAmong("compiled", "resources", "gatewayapi", "envoy");
    }

    public static Command Create(GlobalOptions globals, CliEnvironment environment)
    {
        var translate = new TranslateCommand(globals, environment);
        var command = new Command("translate", "Show what configuration files compile to, secrets redacted; or write them for Envoy") { translate._paths, translate._format, translate._target, translate._gateway, translate._demo };
        translate._envoy.AddTo(command);
        command.SetAction(translate.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var paths = parsed.GetValue(_paths) ?? [];
        var demo = parsed.GetValue(_demo);
        var target = parsed.GetValue(_target) ?? (demo && paths.Length == 0 ? "resources" : "compiled");
        switch (target)
        {
            case "resources" when demo && paths.Length == 0:
                await _environment.Output.WriteAsync(AutoConfig.AutomaticGateway.Yaml() + DemoManifests.Yaml());
                return 0;
            case "resources":
                await _environment.Error.WriteLineAsync("--to resources shows what --demo adds; use it with --demo and without paths.");
                return 2;
            case "gatewayapi":
                await _environment.Error.WriteLineAsync("--to gatewayapi is not there yet: it will print the Gateway API and Envoy Gateway objects for these resources.");
                return 2;
            case "envoy":
                return await CompileAsync(paths, demo, parsed, WriteEnvoyAsync, cancellationToken);
            default:
                return await CompileAsync(paths, demo, parsed, WriteCompiledAsync, cancellationToken);
        }
    }

    private async Task<int> CompileAsync(string[] paths, bool demo, ParseResult parsed, Func<CompilationResult, ParseResult, Task<int>> write, CancellationToken cancellationToken)
    {
        CompilationResult result;
        if (demo && paths.Length == 0)
            result = Compiler.CompileText(AutoConfig.AutomaticGateway.Yaml() + DemoManifests.Yaml(), DemoManifests.SourceName, DemoManifests.Unstarted(_environment.Variable), _environment).Result;
        else
            result = (await Compiler.CompileAsync(paths.Length > 0 ? paths : [_globals.Read(parsed).DefaultConfiguration], _environment.Variable, _environment, cancellationToken)).Result;

        if (parsed.GetValue(_gateway) is { Length: > 0 } gateway)
        {
            if (SnapshotFilter.Only(result.Snapshot, gateway) is not { } snapshot)
            {
                await _environment.Error.WriteLineAsync($"no Gateway {gateway} serves anything here; name one as namespace/name.");
                return 1;
            }

            result = result with { Snapshot = snapshot };
        }

        FindingWriter.Write(result.Findings, FindingFormat.Text, _environment.Error);
        return await write(result, parsed);
    }

    private Task<int> WriteCompiledAsync(CompilationResult result, ParseResult parsed)
    {
        new CompiledDocument(result).Write(_environment.Output, IsJson(parsed) ? CompiledFormat.Json : CompiledFormat.Yaml);
        return Task.FromResult(result.HasErrors ? 1 : 0);
    }

    private async Task<int> WriteEnvoyAsync(CompilationResult result, ParseResult parsed)
    {
        EnvoyOptions options;
        try
        {
            options = _envoy.Read(parsed, _environment.Variable);
        }
        catch (FormatException exception)
        {
            await _environment.Error.WriteLineAsync(exception.Message);
            return 1;
        }

        var translation = EnvoyTranslator.Translate(result.Snapshot, options);
        FindingWriter.Write(translation.Findings, FindingFormat.Text, _environment.Error);
        if (translation.HoldsPrivateKeys)
            await _environment.Error.WriteLineAsync("warning: the output holds the private keys of the TLS listeners; keep it as you keep those");
        if (IsJson(parsed)) translation.WriteJson(_environment.Output);
        else translation.WriteYaml(_environment.Output);
        return result.HasErrors || translation.Findings.Any(static finding => finding.Severity == FindingSeverity.Error) ? 1 : 0;
    }

    private bool IsJson(ParseResult parsed) => parsed.GetValue(_format) == "json";
}
