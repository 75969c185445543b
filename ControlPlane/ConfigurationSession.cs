using System.Runtime.CompilerServices;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Resources;

namespace AiGateway.ControlPlane;

/// <summary>
/// A configuration that lives in files: loads and compiles it, and again whenever it changes. What to do with a result is the host's decision; the rule in
/// standalone mode is that a result with errors is reported and the last good one keeps serving.
/// </summary>
/// <param name="options">Where it comes from.</param>
public sealed class ConfigurationSession(ConfigurationSessionOptions options) : IConfigurationSession
{
    private readonly ManifestLoader _loader = new(options.Environment, options.StandardInput);
    private readonly DateTimeOffset _loadTime = WholeSeconds(options.Time.GetUtcNow());
    private ManifestWatcher? _watcher;
    private CompilationResult? _last;

    /// <summary>Loads and compiles now.</summary>
    /// <param name="cancellationToken">Stops between files.</param>
    public async Task<CompilationResult> LoadAsync(CancellationToken cancellationToken)
    {
        // Watching begins before reading: what is written while the files are read is a change, not a loss.
        _watcher ??= new ManifestWatcher(options.Paths, options.Watching, options.Time);
        var resources = await _loader.LoadAsync(options.Paths, cancellationToken);
        _watcher.AlsoWatch(SecretFiles(resources));
        _last = SnapshotBuilder.Build(resources, new CompilationOptions { DefaultPort = options.DefaultPort, LoadTime = _loadTime });
        return _last;
    }

    /// <summary>
    /// Yields a result for every change that amounts to something: another revision, or other findings. Loads first when <see cref="LoadAsync"/> was
    /// not called. For one consumer at a time.
    /// </summary>
    /// <param name="cancellationToken">Ends the sequence.</param>
    public async IAsyncEnumerable<CompilationResult> Changes([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = _last ?? await LoadAsync(cancellationToken);
        await foreach (var _ in _watcher!.ChangesAsync(cancellationToken))
        {
            var result = await LoadAsync(cancellationToken);
            if (result.Snapshot.Revision == known.Snapshot.Revision && result.Findings.SequenceEqual(known.Findings)) continue;
            known = result;
            yield return result;
        }
    }

    async Task<CompilationResult?> IConfigurationSession.LoadAsync(CancellationToken cancellationToken) => await LoadAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _watcher?.Dispose();

    private static IEnumerable<string> SecretFiles(ResourceSet resources) =>
        resources.Store.Documents.Where(static document => document is { Group: "", Kind: "Secret" }).SelectMany(SecretSubstitution.FilesOf);

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
