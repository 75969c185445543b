using System.CommandLine;
using System.Globalization;

namespace AiGateway.Cli.Commands;

/// <summary><c>aigw healthcheck</c>: for container health checks; answers within a second.</summary>
internal static class HealthcheckCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    public static Command Create(CliEnvironment environment)
    {
        var port = new Option<int>("--admin-port")
        {
            Description = "Admin port of the gateway [env: AIGW_ADMIN_PORT]",
            HelpName = "N",
            DefaultValueFactory = _ => int.TryParse(environment.Variable("AIGW_ADMIN_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1064,
        };
        var command = new Command("healthcheck", "Ask a running gateway whether it can serve; exit code 0 when it can") { port };
        command.SetAction((parsed, cancellationToken) => CheckAsync(parsed.GetValue(port), environment, cancellationToken));
        return command;
    }

    private static async Task<int> CheckAsync(int port, CliEnvironment environment, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        try
        {
            using var response = await http.GetAsync(new Uri($"http://localhost:{port}/health"), limit.Token);
            if (response.IsSuccessStatusCode)
                return 0;
            await environment.Error.WriteLineAsync($"unhealthy: the gateway answers {(int)response.StatusCode} on admin port {port}: {(await response.Content.ReadAsStringAsync(limit.Token)).Trim()}");
        }
        catch (HttpRequestException exception)
        {
            await environment.Error.WriteLineAsync($"unhealthy: nothing answers on admin port {port}: {exception.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await environment.Error.WriteLineAsync($"unhealthy: no answer on admin port {port} within {s_limit.TotalSeconds:0} s");
        }

        return 1;
    }
}
