using System.CommandLine;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var format = new Option<string>("--output", "-o") { Description = "text or json", HelpName = "FORMAT", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("version", "Show the version") { format };
        command.SetAction(parsed => environment.Output.WriteLine(parsed.GetValue(format) == "json" ? Json() : $"{Product.Name} CLI: {Product.Version}"));
        return command;
    }

    private static string Json() => DemoJson.Text(static json =>
    {
        json.WriteStartObject();
        json.WriteString("version"u8, Product.Version);
        json.WriteString("commit"u8, Product.Commit);
        json.WriteString("runtime"u8, Product.Runtime);
        json.WriteEndObject();
    });
}
