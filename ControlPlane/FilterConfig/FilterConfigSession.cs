using System.Runtime.CompilerServices;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>
/// A filter configuration that the controller of Envoy AI Gateway writes and replaces: loads it, and again whenever its content changes. It may be missing
/// at first. A result with errors is to be reported; the last good one keeps serving.
/// </summary>
/// <param name="options">Where it lies.</param>
public sealed class FilterConfigSession(FilterConfigOptions options) : IConfigurationSession
{
    private readonly ConfigFiles _files = options.IsBundle ? ConfigFiles.Bundle(options.Path) : ConfigFiles.Single(options.Path);
    private ManifestWatcher? _watcher;
    private CompilationResult? _last;

    /// <inheritdoc />
    public async Task<CompilationResult?> LoadAsync(CancellationToken cancellationToken)
    {
        // Watching begins before reading: what is written while the files are read is a change, not a loss.
        _watcher ??= new ManifestWatcher([_files.Main], options.Watching, options.Time);
        var content = await _files.ReadAsync(cancellationToken);
        _watcher.AlsoWatch(content.Parts);
        if (content.IsMissing) return null;
        _last = content.Problems.Count > 0 ? Refused(content.Problems) : FilterConfigReader.Read(content.Text, content.File);
        return _last;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<CompilationResult> Changes([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = _last;
        if (_watcher is null && await LoadAsync(cancellationToken) is { } first)
        {
            known = first;
            yield return first;
        }

        await foreach (var _ in _watcher!.ChangesAsync(cancellationToken))
        {
            var result = await LoadAsync(cancellationToken);
            if (result is null)
            {
                if (known is null) continue; // still not there
                result = Refused([_files.Gone()]);
            }

            if (known is not null && result.Snapshot.Revision == known.Snapshot.Revision && result.Findings.SequenceEqual(known.Findings)) continue;
            known = result;
            yield return result;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _watcher?.Dispose();

    private static CompilationResult Refused(IReadOnlyList<Finding> problems) => new()
    {
        Snapshot = new GatewaySnapshot { Revision = "", RoutesElsewhere = true },
        Findings = problems,
        Statuses = [],
    };
}
