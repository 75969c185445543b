using System.Reflection;
using System.Xml.Linq;
using AiGateway.TestSupport;

namespace AiGateway.Architecture.Tests;

/// <summary>Which project may know which: the picture in docs/architecture.md, kept true.</summary>
public sealed class ProjectReferenceTests
{
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "Contracts", [] },
        { "ServiceDefaults", [] },
        { "DataPlane", ["Contracts"] },
        { "ControlPlane", ["Contracts", "ServiceDefaults"] },
        { "Gateway", ["DataPlane", "ExtProc.Protocol", "ServiceDefaults"] },
        { "ExtProc.Protocol", [] },
        { "ExtProc", ["DataPlane", "ExtProc.Protocol", "ServiceDefaults"] },
        { "Cli", ["ControlPlane", "ExtProc", "Gateway", "ServiceDefaults"] },
    };

    public static TheoryData<string, string> Foreign => new()
    {
        { "Contracts", "Microsoft.AspNetCore" },
        { "Contracts", "OpenTelemetry" },
        { "DataPlane", "Microsoft.AspNetCore" },
        { "DataPlane", "Yarp" },
        { "DataPlane", "YamlDotNet" },
        { "DataPlane", "OpenTelemetry" },
        { "DataPlane", "AiGateway.ControlPlane" },
        { "ControlPlane", "AiGateway.DataPlane" },
        { "ControlPlane", "Yarp" },
        { "Gateway", "AiGateway.ControlPlane" },
        { "Gateway", "YamlDotNet" },
        { "ServiceDefaults", "AiGateway." },
        { "ExtProc.Protocol", "AiGateway." },
        { "ExtProc.Protocol", "Yarp" },
        { "ExtProc.Protocol", "OpenTelemetry" },
        { "ExtProc.Protocol", "Grpc" },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Project_References_OnlyWhatItMay(string project, string[] allowed)
    {
        var file = XDocument.Load(RepositoryRoot.Combine(project, $"{project}.csproj"));

        var references = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(references.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Assembly_Uses_NothingFrom(string project, string foreign)
    {
        var references = Products.Assembly(project).GetReferencedAssemblies().Select(reference => reference.Name!);

        Assert.DoesNotContain(references, name => name.StartsWith(foreign, StringComparison.Ordinal));
    }

    [Fact]
    public void Contracts_Packages_AreNone() =>
        Assert.All(Products.Assembly("Contracts").GetReferencedAssemblies(), reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));

    [Fact]
    public void OnlyCli_References_BothPlanes()
    {
        var both = Directory.GetDirectories(RepositoryRoot.Path).Select(folder => Path.Combine(folder, $"{Path.GetFileName(folder)}.csproj")).Where(File.Exists)
            .Where(file => File.ReadAllText(file) is var text && text.Contains("ControlPlane.csproj", StringComparison.Ordinal) && text.Contains("Gateway.csproj", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(["Cli"], both);
    }
}
