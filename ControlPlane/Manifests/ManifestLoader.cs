using System.Text;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>
/// Reads manifests from files, folders and standard input: substitutes environment variables, parses, and recognises resources. Never throws for what
/// an operator wrote; every problem becomes a finding of the result.
/// </summary>
/// <param name="environment">Gives the value of an environment variable, or null when it is not set.</param>
/// <param name="standardInput">Read for the path <c>-</c>; null refuses that path.</param>
public sealed class ManifestLoader(Func<string, string?> environment, TextReader? standardInput = null)
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    private const long MaxFileBytes = 32L * 1024 * 1024;

    private static readonly string[] s_extensions = [".yaml", ".yml", ".json"];

    private readonly EnvironmentSubstitution _substitution = new(environment);
    private readonly SecretSubstitution _secrets = new(environment);
    private string? _standardInputText;

    /// <summary>Loads every path in the order given; a folder gives its <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> files sorted by name.</summary>
    /// <param name="paths">Files, folders, or <see cref="StandardInput"/>.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    public async Task<ResourceSet> LoadAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var load = new Load();
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (path == StandardInput)
            {
                await ReadStandardInputAsync(load, cancellationToken);
            }
            else if (Directory.Exists(path))
            {
                var files = FilesOf(path);
                if (files.Count == 0) Problem(load, path, "the folder holds no *.yaml, *.yml or *.json file", "name a folder with manifests", FindingSeverity.Warning);
                foreach (var file in files) await ReadFileAsync(file, load, cancellationToken);
            }
            else
            {
                await ReadFileAsync(path, load, cancellationToken);
            }
        }

        return Finish(load);
    }

    /// <summary>Reads manifests from memory.</summary>
    /// <param name="text">One or several YAML documents, or JSON.</param>
    /// <param name="fileName">How findings name the source; relative paths inside are resolved against its folder.</param>
    public ResourceSet LoadText(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        var load = new Load();
        ReadText(fileName, text, load);
        return Finish(load);
    }

    /// <summary>The manifest files of a folder, in the order in which they are read.</summary>
    internal static IReadOnlyList<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder)
            .Where(static file => s_extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Where(static file => Path.GetFileName(file)[0] != '.')
            .Order(StringComparer.Ordinal)];

    private async Task ReadStandardInputAsync(Load load, CancellationToken cancellationToken)
    {
        if (standardInput is null)
        {
            Problem(load, StandardInput, "standard input cannot be read here", "name a file instead");
            return;
        }

        // Standard input can be read once; a reload for another file uses what it gave.
        _standardInputText ??= await standardInput.ReadToEndAsync(cancellationToken);
        ReadText(StandardInput, _standardInputText, load);
    }

    private async Task ReadFileAsync(string path, Load load, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
            {
                Problem(load, path, $"the file is larger than {MaxFileBytes / 1024 / 1024} MiB", "split it");
                return;
            }

            ReadText(path, await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken), load);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            var missing = problem is FileNotFoundException or DirectoryNotFoundException;
            Problem(
                load,
                path,
                missing ? "error reading config: no such file or folder" : $"error reading config: {problem.Message}",
                missing ? "check the path" : "check the permissions of the file");
        }
    }

    private void ReadText(string file, string text, Load load)
    {
        var source = _substitution.Apply(file, text, load.Findings);
        try
        {
            foreach (var document in YamlTree.Documents(source)) DocumentReader.Read(file, document, load.Findings, load.Documents);
        }
        catch (ManifestSyntaxException problem)
        {
            load.Findings.Add(new Finding
            {
                Severity = FindingSeverity.Error,
                File = file,
                Line = problem.Position.Line,
                Column = problem.Position.Column,
                Reason = problem.Message,
                Fix = "correct the YAML; what follows in this file was not read",
            });
        }
    }

    private ResourceSet Finish(Load load) => ResourceSet.Read(load.Documents, load.Findings, _secrets);

    private static void Problem(Load load, string file, string reason, string fix, FindingSeverity severity = FindingSeverity.Error) =>
        load.Findings.Add(new Finding { Severity = severity, File = file, Reason = reason, Fix = fix });

    private sealed class Load
    {
        public FindingCollector Findings { get; } = new();

        public List<ResourceDocument> Documents { get; } = [];
    }
}
