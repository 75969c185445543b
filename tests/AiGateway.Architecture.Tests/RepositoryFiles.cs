using System.Diagnostics;
using AiGateway.TestSupport;

namespace AiGateway.Architecture.Tests;

/// <summary>The files that belong to the repository, as git lists them.</summary>
internal static class RepositoryFiles
{
    private static readonly HashSet<string> s_binary = [".png", ".wav", ".gz", ".aigwrec", ".ico", ".woff2"];

    /// <summary>Paths from the root. Skips the test where this is no working copy.</summary>
    public static IReadOnlyList<string> All()
    {
        if (!Path.Exists(RepositoryRoot.Combine(".git"))) Assert.Skip("needs a git working copy");
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"]) { WorkingDirectory = RepositoryRoot.Path, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(RepositoryRoot.Combine(file)))];
    }

    /// <summary>Those that hold text.</summary>
    public static IEnumerable<(string Path, string Text)> Texts() =>
        All().Where(file => !s_binary.Contains(Path.GetExtension(file))).Select(file => (file, File.ReadAllText(RepositoryRoot.Combine(file))));
}
