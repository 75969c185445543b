using System.Collections.Concurrent;

namespace AiGateway.DataPlane.Streaming;

/// <summary>Keeps scanners for reuse: one is some thirty objects, which an exchange would otherwise make and drop.</summary>
public static class ResponseScannerPool
{
    private const int Most = 256;

    private static readonly ConcurrentQueue<ResponseScanner> s_idle = new();

    /// <summary>A scanner to <see cref="ResponseScanner.Restart"/>.</summary>
    public static ResponseScanner Rent() => s_idle.TryDequeue(out var scanner) ? scanner : new ResponseScanner();

    /// <summary>Takes a scanner back. Its findings must have been read.</summary>
    public static void Return(ResponseScanner scanner)
    {
        if (s_idle.Count < Most) s_idle.Enqueue(scanner);
    }
}
