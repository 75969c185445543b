namespace AiGateway.TestSupport.Observation;

/// <summary>
/// What this process holds at one moment. Take one before and wait for the same after: <see cref="SettleAsync"/>. Counts of the whole
/// process are only meaningful in tests that run alone; <see cref="SocketsOn"/> is safe beside others. Linux only.
/// </summary>
public sealed record ResourceCensus
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Sockets of every kind and state.</summary>
    public required int OpenSockets { get; init; }

    public required int FileDescriptors { get; init; }

    /// <summary>Work items that the thread pool has not started.</summary>
    public required long PendingWork { get; init; }

    public required int Threads { get; init; }

    /// <summary>Bytes on the managed heap after a full collection; 0 when none was asked for.</summary>
    public required long ManagedBytes { get; init; }

    /// <param name="collect">Collect garbage first and measure the heap.</param>
    public static ResourceCensus Take(bool collect = false)
    {
        var descriptors = ProcFiles.DescriptorTargets();
        return new ResourceCensus
        {
            OpenSockets = descriptors.Count(target => target.StartsWith("socket:", StringComparison.Ordinal)),
            FileDescriptors = descriptors.Count,
            PendingWork = ThreadPool.PendingWorkItemCount,
            Threads = ThreadPool.ThreadCount,
            ManagedBytes = collect ? HeapAfterCollection() : 0,
        };
    }

    /// <summary>TCP sockets of this process with this local or remote port, at one look; see <see cref="SocketsSettleAsync"/>.</summary>
    public static int SocketsOn(int port) => ProcFiles.TcpSockets().Count(socket => socket.LocalPort == port || socket.RemotePort == port);

    /// <summary>Looks again until <paramref name="condition"/> holds; the operating system sends no event for this.</summary>
    /// <exception cref="ExpectationException">The deadline came first; the message holds the last census.</exception>
    public static async Task<ResourceCensus> SettleAsync(Func<ResourceCensus, bool> condition, bool collect, CancellationToken deadline)
    {
        using var timer = new PeriodicTimer(s_lookAgain);
        while (true)
        {
            var now = Take(collect);
            if (condition(now))
                return now;
            if (deadline.IsCancellationRequested)
                throw new ExpectationException($"Resources did not settle: {now}");
            await WaitAsync(timer, deadline);
        }
    }

    /// <summary>Waits until no socket of this process has this port.</summary>
    public static Task SocketsGoneAsync(int port, CancellationToken deadline) => SocketsSettleAsync(port, 0, deadline);

    /// <summary>Waits until exactly <paramref name="expected"/> sockets have this port, seen twice in a row: one look can miss a socket.</summary>
    public static async Task SocketsSettleAsync(int port, int expected, CancellationToken deadline)
    {
        using var timer = new PeriodicTimer(s_lookAgain);
        for (var seen = 0; ;)
        {
            var count = SocketsOn(port);
            seen = count == expected ? seen + 1 : 0;
            if (seen == 2)
                return;
            if (deadline.IsCancellationRequested)
                throw new ExpectationException($"{count} sockets are open on port {port}, not {expected}.");
            await WaitAsync(timer, deadline);
        }
    }

    private static async Task WaitAsync(PeriodicTimer timer, CancellationToken deadline)
    {
        try
        {
            await timer.WaitForNextTickAsync(deadline);
        }
        catch (OperationCanceledException)
        {
            // The caller looks a last time and then reports what it saw.
        }
    }

    private static long HeapAfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // GC.GetTotalMemory has been seen to be negative while other threads allocate; this is what the collection itself found.
        var found = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return found.HeapSizeBytes - found.FragmentedBytes;
    }
}
