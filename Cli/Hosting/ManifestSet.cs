using AiGateway.Cli.AutoConfig;
using AiGateway.Cli.Demo;
using AiGateway.ControlPlane.Manifests;

namespace AiGateway.Cli.Hosting;

/// <summary>The manifests of one run: those of the operator and those that were made, as files, with the environment they are read in.</summary>
/// <param name="Paths">To load, in this order.</param>
/// <param name="Variable">Environment for substitution.</param>
/// <param name="StandardInput">Text of standard input, when it is one of the paths.</param>
internal sealed record ManifestSet(IReadOnlyList<string> Paths, Func<string, string?> Variable, string? StandardInput)
{
    /// <summary>Writes what has to be made into the folder of the run.</summary>
    public static async Task<ManifestSet> PrepareAsync(ConfigurationPlan plan, DemoProvider? demo, RunDirectory directory, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var input = plan.Paths.Contains(ManifestLoader.StandardInput) ? await environment.Input.ReadToEndAsync(cancellationToken) : null;
        List<string> paths = [.. plan.Paths];
        if (plan.IsAutomatic)
            paths.Add(directory.WriteManifest(AutomaticConfiguration.SourceName, AutomaticGateway.Yaml() + (plan.Providers.Count > 0 ? AutomaticConfiguration.Yaml(plan.Providers) : "")));
        if (demo is null)
            return new ManifestSet(paths, environment.Variable, input);

        var written = await LookAsync(plan.Paths, input, DemoManifests.Overlay(demo, null, environment.Variable), cancellationToken);
        if (!written.HasDemo)
            paths.Add(directory.WriteManifest(DemoManifests.SourceName, DemoManifests.Yaml()));
        return new ManifestSet(paths, DemoManifests.Overlay(demo, written.Gateway, environment.Variable), input);
    }

    /// <summary>What the operator's files say about Gateways, and whether they hold an edited copy of the demo resources.</summary>
    private static async Task<(DemoGateway? Gateway, bool HasDemo)> LookAsync(IReadOnlyList<string> paths, string? input, Func<string, string?> variable, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return (null, false);
        var resources = await new ManifestLoader(variable, input is null ? null : new StringReader(input)).LoadAsync(paths, cancellationToken);
        var gateway = resources.Objects.FirstOrDefault(static item => item.Kind == "Gateway");
        var hasDemo = resources.Objects.Any(static item => item is { Kind: "AIGatewayRoute", Name: DemoManifests.RouteName });
        return (gateway is null ? null : new DemoGateway(gateway.Namespace ?? "default", gateway.Name), hasDemo);
    }
}
