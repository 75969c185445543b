using System.Diagnostics.CodeAnalysis;
using AiGateway.Cli.AutoConfig;
using AiGateway.Cli.Commands;
using AiGateway.ControlPlane.Manifests;

namespace AiGateway.Cli.Hosting;

/// <summary>What a start is configured from.</summary>
internal sealed record ConfigurationPlan
{
    /// <summary>Files of the operator; empty when the configuration is automatic.</summary>
    public IReadOnlyList<string> Paths { get; private init; } = [];

    /// <summary>Providers that the environment has keys for; only used when there are no files.</summary>
    public IReadOnlyList<ConfiguredProvider> Providers { get; private init; } = [];

    /// <summary>Whether the demo provider runs beside them.</summary>
    public bool Demo { get; private init; }

    /// <summary>Things to say that stop nothing.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>No file was named and none was found.</summary>
    public bool IsAutomatic => Paths.Count == 0;

    /// <summary>Decides. False, with the text for the person, when there is nothing to start with.</summary>
    public static bool TryMake(RunOptions options, CliPaths paths, CliEnvironment environment, [NotNullWhen(true)] out ConfigurationPlan? plan, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        plan = null;
        if (options.Paths.Count > 0)
        {
            plan = new ConfigurationPlan { Paths = [.. options.Paths.Select(path => path == ManifestLoader.StandardInput ? path : Expand(path, environment))], Demo = options.Demo };
            return true;
        }

        if (File.Exists(paths.DefaultConfiguration))
        {
            plan = new ConfigurationPlan { Paths = [paths.DefaultConfiguration], Demo = options.Demo };
            return true;
        }

        var keys = new ProviderKeys(environment.Variable);
        if (!keys.TryRead(out var providers, out problem))
            return false;
        IReadOnlyList<string> notes = keys.HasUnusedAwsCredentials ? ["AWS credentials are set, but Bedrock is not configured automatically yet: they are not used."] : [];
        if (providers.Count == 0 && !options.Demo && !options.FirstStart)
        {
            problem = string.Join('\n', [.. notes, ProviderKeys.NothingConfigured, "try: aigw run --demo"]);
            return false;
        }

        plan = new ConfigurationPlan { Providers = providers, Demo = options.Demo || options.FirstStart, Notes = notes };
        return true;
    }

    // Findings name files as the operator did; only what the shell would have expanded is.
    private static string Expand(string path, CliEnvironment environment) =>
        path.StartsWith('~') || path.Contains('$', StringComparison.Ordinal) ? CliPaths.Expand(path, environment.Variable) : path;
}
