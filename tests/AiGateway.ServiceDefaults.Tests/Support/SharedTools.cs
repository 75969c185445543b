namespace AiGateway.ServiceDefaults.Tests.Support;

/// <summary>Programs to test against that are not part of the repository.</summary>
internal static class SharedTools
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string Require(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "tools", relativePath));
        Assert.SkipUnless(File.Exists(path), $"Needs the test tool {relativePath} beside the repository (../shared/tools), which is not there.");
        return path;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AiGateway.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("AiGateway.sln is not above the test's folder.");
    }
}
