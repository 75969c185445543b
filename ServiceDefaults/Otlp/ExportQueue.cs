namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>
/// Ring between many producers and one export loop, bounded in items and in the memory they hold. It keeps the newest: when it is full, the oldest items give way.
/// </summary>
/// <param name="capacity">Items at most.</param>
/// <param name="maxBytes">Bytes at most; one item alone may exceed it.</param>
/// <param name="bytesOf">Estimated memory of an item; null counts items alone.</param>
internal sealed class ExportQueue<T>(int capacity, long maxBytes = long.MaxValue, Func<T, long>? bytesOf = null)
{
    private readonly Lock _lock = new();
    private readonly T[] _ring = new T[capacity];
    private int _first;
    private int _count;
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    /// <summary>Whether so many items wait, or items of so many bytes.</summary>
    public bool Holds(int count, long bytes)
    {
        lock (_lock) return _count >= count || _bytes >= bytes;
    }

    /// <summary>Adds an item; never waits.</summary>
    /// <param name="item">The newest item.</param>
    /// <returns>How many of the oldest items were dropped to make room.</returns>
    public int Add(T item)
    {
        var bytes = bytesOf?.Invoke(item) ?? 0;
        lock (_lock)
        {
            var dropped = 0;
            while (_count == _ring.Length || (_count > 0 && _bytes + bytes > maxBytes))
            {
                Remove(BytesOfFirst());
                dropped++;
            }

            _ring[(_first + _count) % _ring.Length] = item;
            _count++;
            _bytes += bytes;
            return dropped;
        }
    }

    /// <summary>Moves up to the length of <paramref name="batch"/> of the oldest items out.</summary>
    /// <param name="batch">Where they go.</param>
    /// <param name="bytes">Bytes at most; one item alone may exceed it.</param>
    public int Take(Span<T> batch, long bytes = long.MaxValue)
    {
        lock (_lock)
        {
            var taken = 0;
            while (taken < batch.Length && _count > 0)
            {
                var size = BytesOfFirst();
                if (taken > 0 && size > bytes) break;
                bytes -= size;
                batch[taken++] = Remove(size);
            }

            return taken;
        }
    }

    private long BytesOfFirst() => bytesOf?.Invoke(_ring[_first]) ?? 0;

    private T Remove(long bytes)
    {
        ref var slot = ref _ring[_first];
        var item = slot;
        slot = default!;
        _first = (_first + 1) % _ring.Length;
        _count--;
        _bytes -= bytes;
        return item;
    }
}
