using System.Runtime.InteropServices;

namespace AiGateway.Cli.Hosting;

/// <summary>Ctrl-C and SIGTERM: the first asks to drain, the second to end at once, a third is left to the operating system.</summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _requested;
    private readonly CancellationTokenSource _now = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <param name="outer">Counts as the first signal when it is cancelled.</param>
    public ShutdownSignals(CancellationToken outer)
    {
        _requested = CancellationTokenSource.CreateLinkedTokenSource(outer);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Cancelled when the gateway is to drain and end.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>Cancelled when it is to end without waiting.</summary>
    public CancellationToken Now => _now.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _requested.Dispose();
        _now.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        var count = Interlocked.Increment(ref _count);
        context.Cancel = count <= 2;
        if (count == 1)
            _requested.Cancel();
        else if (count == 2)
            _now.Cancel();
    }
}
