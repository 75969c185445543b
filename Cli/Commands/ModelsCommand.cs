using System.CommandLine;
using System.Text;
using System.Text.Json;
using AiGateway.Cli.Client;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw models</c>: what a running gateway serves.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var url = UrlOption.Create(environment);
        var format = new Option<string>("--output", "-o") { Description = "text, or json as the gateway answers it", HelpName = "FORMAT", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("models", "List the models of a running gateway") { url, format };
        command.SetAction((parsed, cancellationToken) => ListAsync(parsed.GetValue(url)!, parsed.GetValue(format) == "json", environment, cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(Uri url, bool raw, CliEnvironment environment, CancellationToken cancellationToken)
    {
        using var client = new GatewayClient(url);
        try
        {
            using var response = await client.SendAsync(HttpMethod.Get, "/v1/models", null, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                await environment.Error.WriteLineAsync($"the gateway answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
                return 1;
            }

            if (raw)
            {
                await environment.Output.WriteLineAsync(Encoding.UTF8.GetString(body));
                return 0;
            }

            var models = ModelEntry.Read(body);
            if (models.Count == 0)
                await environment.Error.WriteLineAsync("The gateway lists no models: its routes match models by pattern, or have none.");
            else
                foreach (var line in ModelEntry.Table(models))
                    await environment.Output.WriteLineAsync(line);
            return 0;
        }
        catch (GatewayUnavailableException exception)
        {
            await environment.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        catch (JsonException exception)
        {
            await environment.Error.WriteLineAsync($"what answers at {url} is no gateway: {exception.Message}");
            return 1;
        }
    }
}
