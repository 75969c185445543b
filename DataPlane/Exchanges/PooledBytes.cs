using System.Buffers;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>
/// A growing byte buffer on pooled memory. Not thread-safe; dispose exactly once, by whoever owns it last. Memory that someone still reads when it is
/// disposed is left to the garbage collector: it must not become another request's buffer.
/// </summary>
public sealed class PooledBytes : IDisposable
{
    private byte[] _bytes;
    private int _readers;

    /// <param name="capacity">Expected size in bytes.</param>
    public PooledBytes(int capacity = 4096) => _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(256, capacity));

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write or dispose.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room for at least <paramref name="size"/> bytes behind what was written.</summary>
    public Memory<byte> Room(int size)
    {
        if (_bytes.Length - Length < size) Grow(Length + size);
        return _bytes.AsMemory(Length);
    }

    /// <summary>Counts bytes that were put into <see cref="Room"/>.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Copies bytes in.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length) Grow(Length + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Copies bytes in.</summary>
    public void Write(in ReadOnlySequence<byte> bytes)
    {
        foreach (var part in bytes) Write(part.Span);
    }

    /// <summary>Forgets what was written, keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Somebody else begins to read <see cref="Written"/>, on any thread.</summary>
    public void Enter() => Interlocked.Increment(ref _readers);

    /// <summary>The reader is done.</summary>
    public void Leave() => Interlocked.Decrement(ref _readers);

    /// <inheritdoc />
    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        Length = 0;
        if (bytes.Length > 0 && Volatile.Read(ref _readers) == 0) ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(int.MaxValue / 2, 2L * _bytes.Length)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
