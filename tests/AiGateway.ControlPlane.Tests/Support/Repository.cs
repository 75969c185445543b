using System.Runtime.CompilerServices;

namespace AiGateway.ControlPlane.Tests.Support;

/// <summary>Where test inputs stand in the source tree.</summary>
internal static class Repository
{
    /// <summary>Folder of this test project.</summary>
    public static string Tests { get; } = Path.GetFullPath(Path.Combine(FolderOfThisFile(), ".."));

    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Tests, "..", ".."));

    /// <summary>Golden cases.</summary>
    public static string Golden { get; } = Path.Combine(Tests, "Golden");

    /// <summary>Admission cases: the folder named by <c>AIGW_VECTORS_DIR</c>, the shared one beside the repository, or the copy carried with it.</summary>
    public static string AdmissionVectors { get; } = new[]
    {
        Environment.GetEnvironmentVariable("AIGW_VECTORS_DIR"), Path.Combine(Root, "..", "shared", "vectors"), Path.Combine(Root, "tests", "vectors"),
    }.Where(static folder => folder is not null).Select(static folder => Path.Combine(folder!, "crds")).First(Directory.Exists);

    /// <summary>A file of the documents the product was asked from; null in a clone that does not have them beside it.</summary>
    public static string? Guide { get; } = FirstOrNull(Path.Combine(Root, "..", "shared", "seeds"), "000_*.txt");

    private static string? FirstOrNull(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).FirstOrDefault() : null;

    private static string FolderOfThisFile([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
