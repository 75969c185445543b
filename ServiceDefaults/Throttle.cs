namespace AiGateway.ServiceDefaults;

/// <summary>Lets one message a minute pass, so that a lasting problem does not flood the log.</summary>
internal sealed class Throttle(TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private long _last;
    private int _used;

    public bool Allows()
    {
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _last);
        if (Volatile.Read(ref _used) == 1 && time.GetElapsedTime(last, now) < s_interval) return false;
        if (Interlocked.CompareExchange(ref _last, now, last) != last) return false;
        Volatile.Write(ref _used, 1);
        return true;
    }

    public void Reset() => Volatile.Write(ref _used, 0);
}
