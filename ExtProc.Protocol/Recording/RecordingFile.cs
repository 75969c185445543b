using System.Buffers;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>One file that is being written.</summary>
internal sealed class RecordingFile : IAsyncDisposable
{
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public RecordingFile(string path, TimeSpan begunAt, byte[] head)
    {
        Path = path;
        BegunAt = begunAt;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // what callers said is in it
        _stream = new FileStream(path, options);
        _buffer.Write(RecordingFormat.Magic);
        Append(new RecordedEvent(0, TimeSpan.Zero, RecordedEventKind.File, head));
    }

    public string Path { get; }

    /// <summary>When it was begun, on the recorder's clock.</summary>
    public TimeSpan BegunAt { get; }

    /// <summary>Its length with everything appended.</summary>
    public long Length { get; private set; }

    /// <summary>Streams that have begun in it and not ended.</summary>
    public int OpenStreams { get; set; }

    /// <summary>Another file takes what is new.</summary>
    public bool IsFull { get; set; }

    public void Append(in RecordedEvent recorded)
    {
        var before = _buffer.WrittenCount;
        RecordingFormat.Write(_buffer, recorded);
        Length += _buffer.WrittenCount - before;
    }

    /// <summary>Gives what was appended to the operating system, in one write: a crash of the process loses nothing after it.</summary>
    public async Task FlushAsync()
    {
        if (_buffer.WrittenCount == 0) return;
        await _stream.WriteAsync(_buffer.WrittenMemory, CancellationToken.None); // records are whole or absent also when the service stops
        await _stream.FlushAsync(CancellationToken.None);
        if (_buffer.Capacity > 1 << 20) _buffer.Clear();
        _buffer.ResetWrittenCount();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
