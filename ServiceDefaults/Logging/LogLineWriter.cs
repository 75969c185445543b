using System.Collections.Concurrent;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary>
/// Writes log lines in the order of arrival on a thread of its own, so that a reader who stands still holds up nobody: what does not fit the queue is dropped
/// and counted. A thread instead of a loop on the pool, because writing to a console blocks, and because a log must speak when the pool is exhausted.
/// </summary>
/// <param name="output">Where lines go; belongs to the caller.</param>
/// <param name="dropReport">Renders the line that tells how many lines are missing.</param>
internal sealed class LogLineWriter(Stream output, Func<long, byte[]> dropReport) : IDisposable
{
    /// <summary>Bytes that wait at most, some twenty thousand lines; one line alone may exceed it.</summary>
    public const int MaxWaitingBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<byte[]> _waiting = [];
    private readonly Lock _lock = new();
    private Thread? _thread;
    private bool _ended;
    private long _waitingBytes;
    private long _dropped;
    private long _writtenUnreported;

    /// <summary>Hands a line over. Never waits; a line after <see cref="Dispose"/> is not taken.</summary>
    public void Add(byte[] line)
    {
        lock (_lock)
        {
            if (_ended) return;
            var waiting = Interlocked.Read(ref _waitingBytes);
            if (waiting > 0 && waiting + line.Length > MaxWaitingBytes)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            Interlocked.Add(ref _waitingBytes, line.Length);
            _waiting.Add(line);
            _thread ??= Start();
        }
    }

    /// <summary>Waits until everything is written, but no longer than two seconds: a reader who stands still must not keep the process from ending.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            _waiting.CompleteAdding();
        }

        if (_thread?.Join(s_patience) ?? true) _waiting.Dispose();
    }

    private Thread Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "service log" };
        thread.UnsafeStart(); // without the activity and the scopes of whoever logged first
        return thread;
    }

    private void Run()
    {
        foreach (var line in _waiting.GetConsumingEnumerable())
        {
            var written = TryWrite(line);
            if (!written) Interlocked.Increment(ref _dropped);
            Interlocked.Add(ref _waitingBytes, -line.Length);
            if (written && Interlocked.Read(ref _dropped) > 0) ReportDropped(line.Length);
        }
    }

    /// <summary>Tells of the missing lines when all waiting ones are out; under lasting overload they never are, then once for each queue full.</summary>
    private void ReportDropped(int justWritten)
    {
        _writtenUnreported += justWritten;
        if (_waiting.Count > 0 && _writtenUnreported < MaxWaitingBytes) return;
        _writtenUnreported = 0;
        var count = Interlocked.Exchange(ref _dropped, 0);
        if (!TryWrite(dropReport(count))) Interlocked.Add(ref _dropped, count);
    }

    private bool TryWrite(byte[] line)
    {
        try
        {
            output.Write(line);
            if (_waiting.Count == 0) output.Flush();
            return true;
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // There is no place left to say so now; should writing work again, the count of missing lines tells of it.
            return false;
        }
    }
}
