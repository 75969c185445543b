namespace AiGateway.TestSupport;

/// <summary>Where the repository lies, for tests that read its files.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>AiGateway.sln</c>.</summary>
    public static string Path { get; } = Find();

    /// <summary>Full path of a file or folder given from the root.</summary>
    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "AiGateway.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No AiGateway.sln in or above {AppContext.BaseDirectory}.");
    }
}
