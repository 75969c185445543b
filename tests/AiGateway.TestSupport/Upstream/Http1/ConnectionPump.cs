using System.IO.Pipelines;
using System.Net.Sockets;

namespace AiGateway.TestSupport.Upstream.Http1;

/// <summary>
/// Reads a connection all the time, also while nobody asks, and thereby learns at once when the other side leaves. Stops reading
/// while 64 KB lie unread, so a server that does not read slows its sender down.
/// </summary>
internal sealed class ConnectionPump(Stream input, RequestLog log) : IAsyncDisposable
{
    private static readonly PipeOptions s_bounded =
        new(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false);

    private readonly Pipe _pipe = new(s_bounded);
    private readonly TaskCompletionSource<PeerEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public PipeReader Reader => _pipe.Reader;

    /// <summary>Completes when the other side has left; stays open when we close first.</summary>
    public Task<PeerEnd> Ended => _ended.Task;

    /// <summary>Cancelled when the input ended, whoever ended it.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>A write was refused: the other side is gone, whether or not the read has noticed yet.</summary>
    public void Refused() => _ended.TrySetResult(PeerEnd.Reset);

    public void Start() => _running = RunAsync(_stop.Token);

    /// <summary>Call before the socket is closed: closing one under a pending read makes .NET reset the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _gone.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(_pipe.Writer.GetMemory(16 * 1024), cancellationToken);
                if (read == 0)
                {
                    _ended.TrySetResult(PeerEnd.Closed);
                    return;
                }

                log.Received(read);
                _pipe.Writer.Advance(read);
                if ((await _pipe.Writer.FlushAsync(cancellationToken)).IsCompleted)
                    return;
            }
        }
        catch (IOException exception)
        {
            // Our own Close shows up as an aborted operation; anything else is the other side's doing.
            if (exception.InnerException is not SocketException { SocketErrorCode: SocketError.OperationAborted })
                _ended.TrySetResult(PeerEnd.Reset);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // We closed first.
        }
        finally
        {
            await _pipe.Writer.CompleteAsync();
            await _gone.CancelAsync();
        }
    }
}
