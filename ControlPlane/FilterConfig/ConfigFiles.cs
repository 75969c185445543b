using System.Security.Cryptography;
using System.Text;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>
/// The files that carry one document. A Secret holds at most 1 MiB, so large documents come as an index and parts; a volume replaces its files one after
/// the other for a reader, so parts count only when their checksum is the index's.
/// </summary>
internal sealed class ConfigFiles
{
    private const long MaxBytes = 32L * 1024 * 1024;

    private readonly string? _folder;

    private ConfigFiles(string main, string? folder)
    {
        Main = main;
        _folder = folder;
    }

    /// <summary>The file that must be there: the document, or the index of a bundle.</summary>
    public string Main { get; }

    public static ConfigFiles Single(string file) => new(file, null);

    public static ConfigFiles Bundle(string folder) => new(Path.Combine(folder, "index.yaml"), folder);

    /// <summary>What to say when the main file vanishes after it was there.</summary>
    public Finding Gone() => Problem(Main, "the file is gone", "the last good configuration keeps serving until it is back");

    public async Task<ConfigContent> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Main)) return new ConfigContent(Main, "", [], []) { IsMissing = true };
        var problems = new List<Finding>();
        var main = await ReadFileAsync(Main, problems, cancellationToken);
        if (main is null) return new ConfigContent(Main, "", [], problems);
        var text = Encoding.UTF8.GetString(main);
        return _folder is null ? new ConfigContent(Main, text, [], []) : await ReadPartsAsync(BundleIndex.Read(text, Main), cancellationToken);
    }

    private async Task<ConfigContent> ReadPartsAsync(BundleIndex index, CancellationToken cancellationToken)
    {
        if (index.Problems.Count > 0) return new ConfigContent(Main, "", [], index.Problems);
        List<string> files = [.. index.Parts.Select(part => Path.Combine(_folder!, part.Path))];
        var problems = new List<Finding>();
        using var joined = new MemoryStream();
        for (var i = 0; i < files.Count; i++)
        {
            var part = await ReadFileAsync(files[i], problems, cancellationToken);
            if (part is null) continue;
            if (part.Length != index.Parts[i].SizeBytes)
                problems.Add(Problem(files[i], $"the part has {part.Length} bytes, the index says {index.Parts[i].SizeBytes}", "it is read again when the rest of the update arrives"));
            joined.Write(part);
        }

        var bytes = joined.GetBuffer().AsSpan(0, (int)joined.Length);
        if (problems.Count == 0 && Convert.ToHexStringLower(SHA256.HashData(bytes)) != index.Checksum)
            problems.Add(Problem(Main, "the parts do not have the checksum of the index", "it is read again when the rest of the update arrives"));
        return new ConfigContent(_folder!, problems.Count == 0 ? Encoding.UTF8.GetString(bytes) : "", files, problems);
    }

    private static async Task<byte[]?> ReadFileAsync(string file, List<Finding> problems, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
                problems.Add(Problem(file, $"the file is larger than {MaxBytes / 1024 / 1024} MiB", "the peer writes at most 8 parts of 700 KiB"));
            else
                return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(Problem(file, "the file does not exist", "it is read again when the rest of the update arrives"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            problems.Add(Problem(file, $"error reading config: {problem.Message}", "check the permissions of the file"));
        }

        return null;
    }

    private static Finding Problem(string file, string reason, string fix) => new() { Severity = FindingSeverity.Error, File = file, Reason = reason, Fix = fix };
}
