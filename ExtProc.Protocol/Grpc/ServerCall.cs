using Microsoft.AspNetCore.Http;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>What every handler knows about the call it serves.</summary>
public abstract class ServerCall
{
    private static readonly HashSet<string> s_transport = new(StringComparer.OrdinalIgnoreCase) { "host", "te", "content-type", "user-agent", "content-length" };

    private readonly HttpContext _context;

    private protected ServerCall(HttpContext context, CallLifetime lifetime)
    {
        _context = context;
        Lifetime = lifetime;
    }

    /// <summary>Cancelled when the client reset the call, its deadline passed or the connection is gone. The handler then ends as it likes: nobody listens.</summary>
    public CancellationToken Cancelled => Lifetime.Token;

    private protected CallLifetime Lifetime { get; }

    /// <summary>Request metadata without what gRPC and HTTP/2 put there themselves.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata() =>
        from field in _context.Request.Headers
        where !field.Key.StartsWith(':') && !field.Key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) && !s_transport.Contains(field.Key)
        select KeyValuePair.Create(field.Key.ToLowerInvariant(), field.Value.ToString());

    /// <summary>Disposes something when all that the handler wrote is on its way, or never will be.</summary>
    public void DisposeAfter(IDisposable resource) => _context.Response.RegisterForDispose(resource);

    /// <summary>Request metadata: all values of that name, joined by commas; null when there is none.</summary>
    public string? Header(string name) => GrpcHeaders.Get(_context.Request, name);
}
