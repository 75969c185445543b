using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>
/// Tells when the content of manifests has changed: edits, atomic saves by rename, new and removed files of folders, and the symbolic links that
/// Kubernetes swaps in mounted volumes. File events and a timer only wake it; what counts is the content.
/// </summary>
internal sealed class ManifestWatcher : IDisposable
{
    private readonly IReadOnlyList<string> _paths;
    private readonly ManifestWatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _poll;
    private volatile IReadOnlyList<string> _alsoWatched = [];
    private string _reported;

    /// <param name="paths">Files and folders; standard input is left out.</param>
    /// <param name="options">Timing.</param>
    /// <param name="time">Clock of polling and debouncing.</param>
    public ManifestWatcher(IReadOnlyList<string> paths, ManifestWatcherOptions options, TimeProvider time)
    {
        _paths = [.. paths.Where(static path => path != ManifestLoader.StandardInput)];
        _options = options;
        _time = time;
        if (options.UseFileEvents) WatchFolders();
        // After the watchers, so that a change in between is seen by one of the two.
        _reported = Fingerprint();
        _poll = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, options.PollInterval, options.PollInterval);
    }

    /// <summary>Files outside the paths whose content matters as well, e.g. those that Secret annotations name. The next change may come from them.</summary>
    public void AlsoWatch(IEnumerable<string> files)
    {
        IReadOnlyList<string> added = [.. files.Distinct().Order(StringComparer.Ordinal)];
        if (added.SequenceEqual(_alsoWatched)) return;
        var unchanged = Fingerprint() == _reported;
        _alsoWatched = added;
        // A longer list is no change of content; a change that was pending stays one.
        if (unchanged) _reported = Fingerprint();
    }

    /// <summary>Yields once per settled change of content, until cancelled.</summary>
    public async IAsyncEnumerable<bool> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _wake.Reader.WaitToReadAsync(cancellationToken))
        {
            _wake.Reader.TryRead(out _);
            var current = Fingerprint();
            if (current == _reported) continue;
            current = await SettleAsync(current, cancellationToken);
            // Written and written back: nothing happened.
            if (current == _reported) continue;
            _reported = current;
            yield return true;
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers) watcher.Dispose();
        _poll.Dispose();
        _wake.Writer.TryComplete();
    }

    private async Task<string> SettleAsync(string current, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_options.Debounce, _time, cancellationToken);
            var next = Fingerprint();
            if (next == current) return current;
            current = next;
        }
    }

    private string Fingerprint() => ManifestFingerprint.Of(_paths.Concat(_alsoWatched));

    private void WatchFolders()
    {
        var folders = _paths.Select(static path => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
        foreach (var folder in folders.Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            try
            {
                var watcher = new FileSystemWatcher(folder)
                {
                    NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime,
                };
                watcher.Changed += Wake;
                watcher.Created += Wake;
                watcher.Deleted += Wake;
                watcher.Renamed += Wake;
                watcher.Error += (_, _) => _wake.Writer.TryWrite(true);
                watcher.EnableRaisingEvents = true;
                _watchers.Add(watcher);
            }
            catch (IOException)
            {
                // The system's limit of watches is reached: polling alone finds changes of this folder.
            }
        }
    }

    private void Wake(object sender, FileSystemEventArgs change) => _wake.Writer.TryWrite(true);
}
