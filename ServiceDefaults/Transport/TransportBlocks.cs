using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.ServiceDefaults.Transport;

/// <summary>
/// Read and write buffers of Kestrel's connections, 16 KiB each: a TLS record and an HTTP/2 frame of the usual size fit into one. Kestrel reads a socket one
/// buffer at a time, and its own buffers of 4 KiB take four times the system calls for a prompt of 128 KB (docs/performance.md).
/// </summary>
public static class TransportBlocks
{
    /// <summary>Bytes of one buffer.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>Lets the host's connections use them.</summary>
    public static IServiceCollection AddTransportBlocks(this IServiceCollection services) => services.AddSingleton<IMemoryPoolFactory<byte>, Factory>();

    private sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
    }
}
