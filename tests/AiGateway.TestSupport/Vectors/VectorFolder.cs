using System.Text.Json;

namespace AiGateway.TestSupport.Vectors;

/// <summary>
/// Where the vectors are: <c>AIGW_VECTORS_DIR</c>, else <c>../shared/vectors</c> beside the repository, else the copy that the repository carries.
/// </summary>
public sealed class VectorFolder
{
    private VectorFolder(string root) => OpenInference = Path.Combine(root, "openinference");

    /// <summary>The folder of the OpenInference vectors.</summary>
    public string OpenInference { get; }

    /// <summary>The repository: the nearest folder upwards that holds the solution.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The copy that the repository carries.</summary>
    public static VectorFolder Carried { get; } = new(Path.Combine(RepositoryRoot, "tests", "vectors"));

    /// <summary>The folder to use. A variable that points nowhere is an error: silently testing something else would look like success.</summary>
    public static VectorFolder Default { get; } = Find();

    /// <summary>All pairs: those that <c>index.json</c> names, then every other cassette with a span of the same name beside it.</summary>
    public IReadOnlyList<VectorPair> Pairs()
    {
        var pairs = new Dictionary<string, VectorPair>(StringComparer.Ordinal);
        foreach (var (name, set) in Indexed())
        {
            var folder = FolderOf(set);
            if (VectorPair.TryFind(folder, set, name) is not { } pair) throw new FileNotFoundException($"index.json names {set}/{name}, but its files are missing.");
            pairs[Path.GetFullPath(pair.CassettePath)] = pair;
        }

        foreach (var cassette in Directory.EnumerateFiles(OpenInference, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (pairs.ContainsKey(Path.GetFullPath(cassette)) || Path.GetFileName(Path.GetDirectoryName(cassette)) != "cassettes") continue;
            var folder = Path.GetDirectoryName(Path.GetDirectoryName(cassette))!;
            if (VectorPair.TryFind(folder, SetOf(folder), Path.GetFileNameWithoutExtension(cassette)) is { } pair) pairs[Path.GetFullPath(cassette)] = pair;
        }

        return [.. pairs.Values];
    }

    /// <summary>All masking files.</summary>
    public IReadOnlyList<MaskingFile> Masking()
    {
        var folder = Path.Combine(OpenInference, "masking");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(MaskingFile.Load)] : [];
    }

    private IEnumerable<(string Name, string Set)> Indexed()
    {
        var index = Path.Combine(OpenInference, "index.json");
        if (!File.Exists(index)) yield break;
        using var document = JsonDocument.Parse(File.ReadAllBytes(index));
        foreach (var row in document.RootElement.EnumerateArray())
            yield return (row.GetProperty("name").GetString()!, row.TryGetProperty("set", out var set) ? set.GetString()! : "recorded");
    }

    private string FolderOf(string set) => set == "recorded" ? OpenInference : Path.Combine(OpenInference, set);

    // A folder that the documentation does not know gets a name of its own and the rules of the newest set.
    private string SetOf(string folder) => Path.GetFullPath(folder) == Path.GetFullPath(OpenInference) ? "recorded" : Path.GetRelativePath(OpenInference, folder);

    private static VectorFolder Find()
    {
        if (Environment.GetEnvironmentVariable("AIGW_VECTORS_DIR") is { Length: > 0 } configured)
        {
            var folder = new VectorFolder(configured);
            return Directory.Exists(folder.OpenInference) ? folder : throw new DirectoryNotFoundException($"AIGW_VECTORS_DIR has no folder {folder.OpenInference}.");
        }

        var shared = new VectorFolder(Path.Combine(RepositoryRoot, "..", "shared", "vectors"));
        return Directory.Exists(shared.OpenInference) ? shared : Carried;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AiGateway.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds AiGateway.sln.");
    }
}
