namespace AiGateway.Architecture.Tests;

/// <summary>Who may know whom inside a project.</summary>
public sealed class NamespaceDirectionTests
{
    // What the host hands to an exchange is for everyone to read.
    private static readonly string[] s_shared = ["IRequestHead", "PooledBytes"];

    // Telemetry reads the facts of an exchange when it is over; nobody else may hold one.
    [Theory]
    [InlineData("DataPlane", "Exchanges", "Exchanges Telemetry")]
    [InlineData("DataPlane", "Telemetry", "Exchanges Telemetry")]
    [InlineData("DataPlane", "Providers", "Configuration Exchanges Providers Routing")]
    [InlineData("ControlPlane", "Compilation", "Compilation FilterConfig")]
    [InlineData("ControlPlane", "Manifests", "Manifests FilterConfig")]
    [InlineData("ControlPlane", "Envoy", "Envoy")]
    [InlineData("ControlPlane", "FilterConfig", "FilterConfig")]
    public void Namespace_IsUsed_OnlyBy(string project, string used, string users)
    {
        var offenders = Uses(project).Where(use => use.Target == used && !users.Split(' ').Contains(use.Area) && use.Area.Length > 0 && !s_shared.Contains(use.TypeName)).Select(use => use.Text);

        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("DataPlane", "Json", "Json Errors")]
    [InlineData("DataPlane", "Streaming", "Streaming Endpoints Json Errors Usage")]
    [InlineData("ControlPlane", "Findings", "Findings Resources")]
    [InlineData("ControlPlane", "Resources", "Resources Findings")]
    [InlineData("ControlPlane", "Envoy", "Findings Writing")]
    public void Namespace_Uses_Only(string project, string area, string targets)
    {
        var offenders = Uses(project).Where(use => use.Area == area && use.Target.Length > 0 && !targets.Split(' ').Contains(use.Target)).Select(use => use.Text);

        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("DataPlane", "Exchanges", "Routing")]
    [InlineData("DataPlane", "Exchanges", "Json")]
    [InlineData("ControlPlane", "Compilation", "Resources")]
    public void Uses_OfAKnownPair_AreFound(string project, string area, string target) => Assert.Contains(Uses(project), use => use.Area == area && use.Target == target);

    // Area: the first name below the project's own.
    private static IEnumerable<(string Area, string Target, string TypeName, string Text)> Uses(string project)
    {
        var root = $"AiGateway.{project}";
        return from type in Products.Assembly(project).GetTypes()
               where IsBelow(type, root)
               from target in TypeDependencies.Of(type)
               where IsBelow(target, root) && Area(target, root) != Area(type, root)
               select (Area(type, root), Area(target, root), target.Name, $"{type.FullName} uses {target.FullName}");
    }

    private static bool IsBelow(Type type, string root) => type.Namespace is { } name && (name == root || name.StartsWith(root + ".", StringComparison.Ordinal));

    private static string Area(Type type, string root) => type.Namespace!.Length == root.Length ? "" : type.Namespace[(root.Length + 1)..].Split('.')[0];
}
