using System.Text.RegularExpressions;
using AiGateway.TestSupport;

namespace AiGateway.Architecture.Tests;

/// <summary>What must be true of the repository's texts.</summary>
public sealed partial class RepositoryTests
{
    [Fact]
    public void Readme_Length_IsBelow150Lines() => Assert.InRange(File.ReadAllLines(RepositoryRoot.Combine("README.md")).Length, 1, 149);

    [Theory]
    [InlineData("dotnet run --project Cli")]
    [InlineData("dotnet test")]
    public void Readme_SetUp_NamesTheCommand(string command) => Assert.Contains(command, File.ReadAllText(RepositoryRoot.Combine("README.md")), StringComparison.Ordinal);

    [Fact]
    public void Documents_RelativeLinks_LeadToFiles()
    {
        var broken =
            from document in RepositoryFiles.All().Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            from Match link in Link().Matches(File.ReadAllText(RepositoryRoot.Combine(document)))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
            where !Path.Exists(RepositoryRoot.Combine(Path.GetDirectoryName(document)!, target))
            select $"{document}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Files_OfAnyKind_NameNoMachineAndNoRegistry()
    {
        var found =
            from file in RepositoryFiles.Texts()
            from Match match in Unwanted().Matches(file.Text)
            select $"{file.Path}: {match.Value}";

        Assert.Empty(found);
    }

    [Fact]
    public void PackageVersions_Everywhere_AreExact()
    {
        var central = File.ReadAllText(RepositoryRoot.Combine("Directory.Packages.props"));
        Assert.All(Version().Matches(central), version => Assert.Matches(@"^\[[^,\]]+\]$", version.Groups[1].Value));
        var own = RepositoryFiles.All().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal) && OwnVersion().IsMatch(File.ReadAllText(RepositoryRoot.Combine(file))));
        Assert.Empty(own);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("""(?<![A-Za-z0-9_.-])(/work|/root|/tmp/bash_jobs)/|https?://[^ "]*(npm|nuget|pypi|debian|golang)[^ "]*\.(org|com)/""")]
    private static partial Regex Unwanted();

    [GeneratedRegex("""<PackageVersion [^>]*Version="([^"]*)" """)]
    private static partial Regex Version();

    [GeneratedRegex("""<PackageReference [^>]*Version=""")]
    private static partial Regex OwnVersion();
}
