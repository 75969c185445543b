using System.Collections.Concurrent;

namespace AiGateway.ExtProc.Processing;

/// <summary>Exchanges whose router stream is open, by the id that their upstream streams bring. An entry lives exactly as long as its router stream.</summary>
internal sealed class ExchangeRegistry
{
    private readonly ConcurrentDictionary<string, RouterStream> _running = new(StringComparer.Ordinal);

    /// <summary>Entries now.</summary>
    public int Count => _running.Count;

    public void Add(string id, RouterStream stream)
    {
        if (!_running.TryAdd(id, stream)) throw new InvalidOperationException($"Internal request id {id} is in use.");
    }

    public RouterStream? Find(string id) => _running.GetValueOrDefault(id);

    public void Remove(string id) => _running.TryRemove(id, out _);
}
