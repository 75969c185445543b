using System.Globalization;

namespace AiGateway.Cli.Demo;

/// <summary>
/// The ordinary resources that lead to the demo provider (<c>demo.yaml</c> beside this file). What differs between two starts is substituted when they are
/// loaded, so the text itself is constant, holds no secret and can be edited and run again.
/// </summary>
internal static class DemoManifests
{
    /// <summary>Name under which findings and logs speak of this text.</summary>
    public const string SourceName = "demo.yaml";

    /// <summary>Name of the route with the demo models. It sorts before <c>aigw-run</c>, so a catch-all there does not hide them.</summary>
    public const string RouteName = "aigw-demo";

    private const string PortVariable = "AIGW_DEMO_PORT";
    private const string KeyVariable = "AIGW_DEMO_KEY";
    private const string GatewayVariable = "AIGW_DEMO_GATEWAY";
    private const string NamespaceVariable = "AIGW_DEMO_NAMESPACE";

    /// <summary>The resources as they are written.</summary>
    public static string Yaml()
    {
        using var stream = typeof(DemoManifests).Assembly.GetManifestResourceStream("AiGateway.Cli.Demo.demo.yaml")
            ?? throw new InvalidOperationException("demo.yaml is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Environment variables for looking at the resources while no provider runs.</summary>
    public static Func<string, string?> Unstarted(Func<string, string?> environment) => name => name == KeyVariable ? environment(name) ?? "made-anew-at-every-start" : environment(name);

    /// <summary>Environment variables as the demo resources see them: those of a running provider, then <paramref name="environment"/>.</summary>
    /// <param name="provider">The provider that was started.</param>
    /// <param name="gateway">The Gateway that is to serve the demo models; null keeps <c>default/aigw-run</c>.</param>
    /// <param name="environment">The environment of the process.</param>
    public static Func<string, string?> Overlay(DemoProvider provider, DemoGateway? gateway, Func<string, string?> environment) => name => name switch
    {
        PortVariable => provider.Port.ToString(CultureInfo.InvariantCulture),
        KeyVariable => provider.Key.Reveal(),
        GatewayVariable when gateway is not null => gateway.Name,
        NamespaceVariable when gateway is not null => gateway.Namespace,
        _ => environment(name),
    };
}

/// <summary>The Gateway that serves the demo models.</summary>
/// <param name="Namespace">Its namespace; the demo resources are made there.</param>
/// <param name="Name">Its name.</param>
internal sealed record DemoGateway(string Namespace, string Name);
