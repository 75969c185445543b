using System.Globalization;
using AiGateway.ControlPlane.Compilation;

namespace AiGateway.Cli.Hosting;

/// <summary>Files of one run: <c>aigw.log</c>, <c>compiled.yaml</c> (secrets redacted) and the manifests that were made for it.</summary>
internal sealed class RunDirectory
{
    private RunDirectory(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Creates <c>&lt;state-home&gt;/runs/&lt;run-id&gt;</c>.</summary>
    /// <exception cref="RunDirectoryException">It cannot be made.</exception>
    public static RunDirectory Create(CliPaths paths, string? runId, TimeProvider time)
    {
        var id = runId ?? time.GetUtcNow().ToString("yyyyMMdd_HHmmss_ffffff", CultureInfo.InvariantCulture);
        var path = System.IO.Path.Combine(paths.StateHome, "runs", id);
        return Try(path, () => new RunDirectory(Directory.CreateDirectory(path).FullName));
    }

    /// <summary>Opens the log of this run for appending.</summary>
    /// <exception cref="RunDirectoryException">It cannot be written.</exception>
    public FileStream OpenLog() => Try(Path, () => new FileStream(File("aigw.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite));

    /// <summary>Writes a manifest and gives its path.</summary>
    /// <exception cref="RunDirectoryException">It cannot be written.</exception>
    public string WriteManifest(string name, string yaml) => Try(Path, () =>
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, yaml);
        return path;
    });

    /// <summary>Writes what is in force now; readers see the old text or the new one, never half of it.</summary>
    /// <exception cref="RunDirectoryException">It cannot be written.</exception>
    public void WriteCompiled(CompilationResult result) => Try(Path, () =>
    {
        var path = File("compiled.yaml");
        using (var writer = new StreamWriter(path + ".new"))
            new CompiledDocument(result).Write(writer, CompiledFormat.Yaml);
        System.IO.File.Move(path + ".new", path, overwrite: true);
        return path;
    });

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private static T Try<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunDirectoryException($"the files of this run cannot be written to {path}: {exception.Message}; choose another folder with --state-home or AIGW_STATE_HOME.", exception);
        }
    }
}

/// <summary>The files of a run cannot be written. The message is for the person at the terminal.</summary>
internal sealed class RunDirectoryException(string message, Exception inner) : Exception(message, inner);
