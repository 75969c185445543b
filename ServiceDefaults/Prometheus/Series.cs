namespace AiGateway.ServiceDefaults.Prometheus;

/// <summary>The running value of one attribute set. Recording is lock-free and allocates nothing.</summary>
internal abstract class Series(string labels)
{
    /// <summary>Rendered label pairs, without braces.</summary>
    public string Labels { get; } = labels;

    /// <summary>The last collection in which an observable instrument reported this series; those that went silent are not shown.</summary>
    public long SeenAt { get; set; }

    public abstract void Record(double value);

    public abstract void Record(long value);

    /// <summary>Adds to a double without a lock.</summary>
    protected static void Add(ref long bits, double value)
    {
        var current = Interlocked.Read(ref bits);
        while (true)
        {
            var next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(current) + value);
            var found = Interlocked.CompareExchange(ref bits, next, current);
            if (found == current) return;
            current = found;
        }
    }
}

/// <summary>Counter or up-down counter. Whole and fractional parts are kept apart, so that large integer counts stay exact.</summary>
internal sealed class SumSeries(string labels) : Series(labels)
{
    private long _whole;
    private long _fractionBits;

    public long Whole => Interlocked.Read(ref _whole);

    public double Fraction => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _fractionBits));

    public override void Record(double value) => Add(ref _fractionBits, value);

    public override void Record(long value) => Interlocked.Add(ref _whole, value);
}

/// <summary>The last value of a gauge, or of an observable instrument of any kind, which reports totals.</summary>
internal sealed class LastValueSeries(string labels) : Series(labels)
{
    private long _bits;

    public double Value => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _bits));

    public override void Record(double value) => Interlocked.Exchange(ref _bits, BitConverter.DoubleToInt64Bits(value));

    public override void Record(long value) => Record((double)value);
}

/// <summary>Counts per bucket and a sum. The total is the sum of the buckets, so a page is consistent in itself.</summary>
internal sealed class HistogramSeries(string labels, double[] bounds) : Series(labels)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _sumBits;

    public double Sum => BitConverter.Int64BitsToDouble(Interlocked.Read(ref _sumBits));

    public long Count(int bucket) => Interlocked.Read(ref _counts[bucket]);

    public override void Record(double value)
    {
        if (double.IsNaN(value)) return; // It belongs to no bucket and would spoil the sum for ever.
        var bucket = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]); // Upper bounds are inclusive.
        Add(ref _sumBits, value);
    }

    public override void Record(long value) => Record((double)value);
}
