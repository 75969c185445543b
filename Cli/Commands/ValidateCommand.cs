using System.CommandLine;
using AiGateway.Cli.Hosting;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw validate</c>: everything that is wrong with a configuration, without starting it.</summary>
internal static class ValidateCommand
{
    public static Command Create(GlobalOptions globals, CliEnvironment environment)
    {
        var paths = new Argument<string[]>("path") { Description = "Files or folders, - for standard input. Default: config.yaml in the configuration folder", Arity = ArgumentArity.ZeroOrMore };
        var format = new Option<string>("--output", "-o") { Description = "text, json, or github for annotations in a workflow", HelpName = "FORMAT", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "github");
        var command = new Command("validate", "Check configuration files; exit code 1 when there are errors") { paths, format };
        command.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(paths) ?? [];
            return ValidateAsync(given.Length > 0 ? given : [globals.Read(parsed).DefaultConfiguration], parsed.GetValue(format)!, environment, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ValidateAsync(IReadOnlyList<string> paths, string format, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var (objects, result) = await Compiler.CompileAsync(paths, environment.Variable, environment, cancellationToken);
        var findingFormat = format switch
        {
            "json" => FindingFormat.Json,
            "github" => FindingFormat.GitHub,
            _ => FindingFormat.Text,
        };
        FindingWriter.Write(result.Findings, findingFormat, environment.Output);
        await environment.Error.WriteLineAsync(Summary(objects, result));
        return result.HasErrors ? 1 : 0;
    }

    private static string Summary(int objects, CompilationResult result)
    {
        var errors = result.Findings.Count(static finding => finding.Severity == FindingSeverity.Error);
        var warnings = result.Findings.Count - errors;
        var subject = Counted(objects, "object");
        return errors + warnings == 0 ? $"ok: {subject}" : $"{Counted(errors, "error")}, {Counted(warnings, "warning")} in {subject}";
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
