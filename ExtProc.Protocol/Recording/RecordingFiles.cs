using System.Collections.Concurrent;
using System.Globalization;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>The files of one recorder. An exchange and its attempts stay in one file, so that each file can be sent again by itself.</summary>
internal sealed class RecordingFiles(RecorderOptions options) : IAsyncDisposable
{
    private readonly List<RecordingFile> _open = [];
    private readonly ConcurrentQueue<StreamRecording> _abandoned = new();
    private int _number;

    /// <summary>A stream will get no more records. From any thread.</summary>
    public void Abandoned(StreamRecording stream) => _abandoned.Enqueue(stream);

    /// <summary>Appends a record to the file of its stream.</summary>
    /// <returns>False when the file has no room for it.</returns>
    public bool Append(StreamRecording stream, TimeSpan at, RecordedEventKind kind, ReadOnlyMemory<byte> payload)
    {
        if (kind == RecordedEventKind.Open)
        {
            stream.File = stream.Exchange?.File is { } joined && _open.Contains(joined) ? joined : Current(at);
            stream.File.OpenStreams++;
        }

        if (stream.File is not { } file || !_open.Contains(file)) return false;
        if (file.Length + payload.Length > options.MaxFileBytes) return false;
        file.Append(new RecordedEvent(stream.Number, Max(at - file.BegunAt), kind, payload));
        if (kind is RecordedEventKind.Reset or RecordedEventKind.Status) End(stream);
        return true;
    }

    /// <summary>Writes what was appended, says which streams are incomplete, and closes files that are done.</summary>
    public async Task FlushAsync()
    {
        while (_abandoned.TryDequeue(out var stream))
        {
            if (stream.File is not { } file || !_open.Contains(file)) continue;
            file.Append(new RecordedEvent(stream.Number, TimeSpan.Zero, RecordedEventKind.Dropped, default));
            End(stream);
        }

        for (var index = _open.Count - 1; index >= 0; index--)
        {
            var file = _open[index];
            await file.FlushAsync();
            if (file is not { IsFull: true, OpenStreams: 0 }) continue;
            _open.RemoveAt(index);
            await file.DisposeAsync();
        }

        await RemoveOldestAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _open) await file.DisposeAsync();
        _open.Clear();
    }

    private static TimeSpan Max(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private static void End(StreamRecording stream)
    {
        stream.File!.OpenStreams--;
        stream.File = null;
    }

    private RecordingFile Current(TimeSpan now)
    {
        if (_open is [.., { IsFull: false } current])
        {
            if (current.Length < options.MaxFileBytes / 2) return current;
            current.IsFull = true;
        }

        var startedAt = options.Time.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"{startedAt:yyyyMMdd-HHmmss}-{Environment.ProcessId}-{++_number:0000}{RecordingFormat.Extension}");
        var file = new RecordingFile(Path.Combine(options.Directory, name), now, RecordingFormat.File(startedAt, options.KeepBodies));
        _open.Add(file);
        return file;
    }

    private async Task RemoveOldestAsync()
    {
        if (_open is not [.., var newest] || newest.Length == 0) return;
        var files = Directory.GetFiles(options.Directory, "*" + RecordingFormat.Extension);
        if (files.Length <= options.MaxFiles) return;
        foreach (var old in files.Order(StringComparer.Ordinal).Take(files.Length - options.MaxFiles))
        {
            var open = _open.Find(file => file.Path == old);
            if (open == newest) continue;
            if (open is not null)
            {
                _open.Remove(open);
                await open.DisposeAsync();
            }

            File.Delete(old);
        }
    }
}
