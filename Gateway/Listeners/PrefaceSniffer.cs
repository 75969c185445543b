using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace AiGateway.Gateway.Listeners;

/// <summary>
/// Lets one plain-text port speak HTTP/1.1 and HTTP/2 with prior knowledge (RFC 9113 section 3.3). Kestrel decides between the two by ALPN alone, so a
/// connection that opens with the HTTP/2 preface is given the ALPN result that TLS would have had; docs/decisions/0004-h2c-on-one-port.md.
/// </summary>
internal static class PrefaceSniffer
{
    private static readonly byte[] s_preface = "PRI * HTTP/2.0\r\n"u8.ToArray();

    /// <summary>Connection middleware.</summary>
    /// <param name="next">Rest of the pipeline.</param>
    /// <param name="silence">A client that connects and says nothing is let go after this time.</param>
    public static ConnectionDelegate Wrap(ConnectionDelegate next, TimeSpan silence) => async connection =>
    {
        if (connection.Features.Get<ITlsHandshakeFeature>() is null && !await RecogniseAsync(connection, silence)) return;
        await next(connection);
    };

    /// <returns>False when the client went away or said nothing.</returns>
    private static async Task<bool> RecogniseAsync(ConnectionContext connection, TimeSpan limit)
    {
        var input = connection.Transport.Input;
        using var silence = new CancellationTokenSource(limit);
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(silence.Token);
                var verdict = StartsWithPreface(read.Buffer);
                input.AdvanceTo(read.Buffer.Start, verdict is null ? read.Buffer.End : read.Buffer.Start);
                if (verdict == true) connection.Features.Set<ITlsApplicationProtocolFeature>(PriorKnowledge.Instance);
                if (verdict == true) connection.Features.Set<ITlsConnectionFeature>(PriorKnowledge.Instance);
                if (verdict is not null) return true;
                if (read.IsCompleted) return false;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return false; // nobody is there to be told
        }
    }

    private static bool? StartsWithPreface(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[s_preface.Length];
        var length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        if (length == 0) return null;
        if (!s_preface.AsSpan().StartsWith(start[..length])) return false;
        return length < s_preface.Length ? null : true;
    }

    private sealed class PriorKnowledge : ITlsApplicationProtocolFeature, ITlsConnectionFeature
    {
        public static readonly PriorKnowledge Instance = new();

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate
        {
            get => null;
            set => throw new InvalidOperationException("A plain-text connection has no client certificate.");
        }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
