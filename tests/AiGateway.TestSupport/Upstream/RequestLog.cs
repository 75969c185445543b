using System.Collections.Immutable;

namespace AiGateway.TestSupport.Upstream;

/// <summary>Everything an upstream saw. All members may be called from any thread.</summary>
internal sealed class RequestLog(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private ImmutableList<RecordedRequest> _requests = [];
    private ImmutableList<RecordedRequest> _complete = [];
    private ImmutableList<string> _protocolErrors = [];
    private ImmutableList<Exception> _failures = [];
    private int _connectionsAccepted;
    private int _connectionsOpen;
    private long _bytesReceived;
    private long _bytesSent;

    /// <summary>Pulsed on every change.</summary>
    public ChangeSignal Changed { get; } = new();

    /// <summary>In the order in which their heads arrived.</summary>
    public ImmutableList<RecordedRequest> Requests => Volatile.Read(ref _requests);

    /// <summary>In the order in which they were ready to be answered.</summary>
    public ImmutableList<RecordedRequest> Ready => Volatile.Read(ref _complete);

    public ImmutableList<string> ProtocolErrors => Volatile.Read(ref _protocolErrors);

    public ImmutableList<Exception> Failures => Volatile.Read(ref _failures);

    public int ConnectionsAccepted => Volatile.Read(ref _connectionsAccepted);

    public int ConnectionsOpen => Volatile.Read(ref _connectionsOpen);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Returns the number of the new connection.</summary>
    public int ConnectionOpened()
    {
        Interlocked.Increment(ref _connectionsOpen);
        var id = Interlocked.Increment(ref _connectionsAccepted) - 1;
        Changed.Pulse();
        return id;
    }

    public void ConnectionClosed()
    {
        Interlocked.Decrement(ref _connectionsOpen);
        Changed.Pulse();
    }

    public RecordedRequest Add(Func<int, DateTimeOffset, RecordedRequest> create)
    {
        RecordedRequest request;
        lock (_lock)
        {
            request = create(_requests.Count, clock.GetUtcNow());
            _requests = _requests.Add(request);
        }

        Changed.Pulse();
        return request;
    }

    public void MarkReady(RecordedRequest request) => Update(() => _complete = _complete.Add(request));

    public void AddProtocolError(string message) => Update(() => _protocolErrors = _protocolErrors.Add(message));

    public void AddFailure(Exception exception) => Update(() => _failures = _failures.Add(exception));

    public void Received(long bytes)
    {
        Interlocked.Add(ref _bytesReceived, bytes);
        Changed.Pulse();
    }

    public void Sent(long bytes)
    {
        Interlocked.Add(ref _bytesSent, bytes);
        Changed.Pulse();
    }

    private void Update(Action change)
    {
        lock (_lock)
            change();
        Changed.Pulse();
    }
}
