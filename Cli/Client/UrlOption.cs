using System.CommandLine;

namespace AiGateway.Cli.Client;

/// <summary><c>--url</c> of the commands that talk to a running gateway.</summary>
internal static class UrlOption
{
    public static Option<Uri> Create(CliEnvironment environment) => new("--url")
    {
        Description = "Gateway to talk to [env: AIGW_URL]",
        HelpName = "URL",
        CustomParser = static result =>
        {
            if (TryParse(result.Tokens[^1].Value, out var url))
                return url;
            result.AddError($"--url {result.Tokens[^1].Value} is no http or https URL.");
            return null;
        },
        DefaultValueFactory = result =>
        {
            var text = environment.Variable("AIGW_URL") is { Length: > 0 } value ? value : GatewayClient.DefaultUrl;
            if (!TryParse(text, out var url))
                result.AddError($"AIGW_URL=\"{text}\" is no http or https URL.");
            return url ?? new Uri(GatewayClient.DefaultUrl);
        },
    };

    private static bool TryParse(string text, out Uri? url) => Uri.TryCreate(text, UriKind.Absolute, out url) && url.Scheme is "http" or "https";
}
