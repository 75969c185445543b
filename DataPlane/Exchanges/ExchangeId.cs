using System.Buffers.Binary;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>
/// Ids of exchanges: UUID version 7 (RFC 9562 section 5.7), so that they sort by time. Their 74 random bits need not be unguessable, so they come from
/// the process's own generator: the system's would cost a call into the kernel per request.
/// </summary>
public static class ExchangeId
{
    /// <summary>A new id for this moment.</summary>
    public static Guid Create(TimeProvider time) => Create(time.GetUtcNow());

    /// <summary>A new id for a given moment, in milliseconds.</summary>
    public static Guid Create(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        var milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)(milliseconds >> 16));
        BinaryPrimitives.WriteInt16BigEndian(bytes[4..], (short)milliseconds);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
