namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Bounded ring between many producers and one export loop that keeps the newest: when it is full, the oldest item gives way.</summary>
internal sealed class ExportQueue<T>(int capacity)
{
    private readonly Lock _lock = new();
    private readonly T[] _ring = new T[capacity];
    private int _first;
    private int _count;

    public int Count
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    /// <summary>Adds an item; never waits.</summary>
    /// <param name="item">The newest item.</param>
    /// <param name="count">Items in the queue afterwards.</param>
    /// <returns>False when the oldest item was dropped to make room.</returns>
    public bool Add(T item, out int count)
    {
        lock (_lock)
        {
            var full = _count == _ring.Length;
            _ring[(_first + _count) % _ring.Length] = item;
            if (full) _first = (_first + 1) % _ring.Length;
            else _count++;
            count = _count;
            return !full;
        }
    }

    /// <summary>Moves up to the length of <paramref name="batch"/> of the oldest items out.</summary>
    public int Take(Span<T> batch)
    {
        lock (_lock)
        {
            var taken = Math.Min(batch.Length, _count);
            for (var index = 0; index < taken; index++)
            {
                ref var slot = ref _ring[(_first + index) % _ring.Length];
                batch[index] = slot;
                slot = default!;
            }

            _first = (_first + taken) % _ring.Length;
            _count -= taken;
            return taken;
        }
    }
}
