using System.Numerics;
using System.Runtime.InteropServices;

namespace AiGateway.ServiceDefaults.Prometheus;

/// <summary>
/// Finds the series of an attribute set without allocating: a hash table that readers walk without a lock and writers extend under one. The key is the tags in the
/// order in which they were given; another order of the same tags gets its own entry to the same series.
/// </summary>
internal sealed class SeriesTable(int limit, Func<KeyValuePair<string, object?>[], Series> create, Action overflowed)
{
    /// <summary>Entries for further orders of known sets. Instruments are recorded from few places, so there are few orders.</summary>
    private const int MostOrders = 4;

    private readonly Lock _lock = new();
    private readonly List<Series> _series = [];
    private Entry?[] _buckets = new Entry?[16];
    private int _entries;
    private Series? _overflow;

    public Series Get(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = Hash(tags);
        return Find(Volatile.Read(ref _buckets), hash, tags) ?? Add(hash, tags);
    }

    public Series[] Snapshot()
    {
        lock (_lock) return [.. _series];
    }

    private Series Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Find(_buckets, hash, tags) is { } found) return found;
            var given = tags.ToArray();
            var sorted = given.OrderBy(tag => tag.Key, StringComparer.Ordinal).ToArray();
            var known = Find(_buckets, Hash(sorted), sorted);
            if (known is null)
            {
                if (_series.Count >= limit) return Overflow();
                known = create(sorted);
                _series.Add(known);
                Insert(new Entry(Hash(sorted), sorted, known));
            }

            if (_entries < limit * MostOrders && !Same(given, sorted)) Insert(new Entry(hash, given, known));
            return known;
        }
    }

    private Series Overflow()
    {
        overflowed();
        if (_overflow is not null) return _overflow;
        _overflow = create([new("otel.metric.overflow", true)]);
        _series.Add(_overflow);
        return _overflow;
    }

    private void Insert(Entry entry)
    {
        var buckets = _buckets;
        if (_entries >= buckets.Length)
        {
            // Readers keep walking the old table, whose entries stay linked as they were; so the new one gets entries of its own.
            var larger = new Entry?[buckets.Length * 2];
            foreach (var head in buckets)
                for (var old = head; old is not null; old = old.Next)
                    Link(larger, new Entry(old.Hash, old.Tags, old.Series));
            buckets = larger;
        }

        Link(buckets, entry);
        _entries++;
        Volatile.Write(ref _buckets, buckets);
    }

    private static void Link(Entry?[] buckets, Entry entry)
    {
        ref var head = ref buckets[entry.Hash & (buckets.Length - 1)];
        entry.Next = head;
        Volatile.Write(ref head, entry);
    }

    private static Series? Find(Entry?[] buckets, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var entry = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]); entry is not null; entry = entry.Next)
            if (entry.Hash == hash && Same(entry.Tags, tags))
                return entry.Series;
        return null;
    }

    private static bool Same(ReadOnlySpan<KeyValuePair<string, object?>> left, ReadOnlySpan<KeyValuePair<string, object?>> right)
    {
        if (left.Length != right.Length) return false;
        for (var index = 0; index < left.Length; index++)
        {
            if (!string.Equals(left[index].Key, right[index].Key, StringComparison.Ordinal)) return false;
            if (!Equals(left[index].Value, right[index].Value)) return false;
        }

        return true;
    }

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = (ulong)tags.Length;
        // Names rarely tell sets apart; values do.
        foreach (ref readonly var tag in tags) hash = Mix(hash, tag.Value is string text ? Hash(text) : (ulong)(tag.Value?.GetHashCode() ?? 0));
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>Half the time of <see cref="string.GetHashCode()"/>, which defends against chosen keys; here the number of keys is bounded.</summary>
    private static ulong Hash(string text)
    {
        var hash = (ulong)text.Length;
        foreach (var word in MemoryMarshal.Cast<char, ulong>(text.AsSpan())) hash = Mix(hash, word);
        foreach (var character in text.AsSpan(text.Length & ~3)) hash = Mix(hash, character);
        return hash;
    }

    private static ulong Mix(ulong hash, ulong value) => BitOperations.RotateLeft(hash ^ value, 27) * 0x9E3779B97F4A7C15;

    private sealed class Entry(int hash, KeyValuePair<string, object?>[] tags, Series series)
    {
        public int Hash { get; } = hash;

        public KeyValuePair<string, object?>[] Tags { get; } = tags;

        public Series Series { get; } = series;

        public Entry? Next { get; set; }
    }
}
