using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>An HTTP/2 connection frame by frame.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    public const byte Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;
    public const byte Ack = 1;

    private readonly NetworkStream _stream;

    private RawHttp2(NetworkStream stream) => _stream = stream;

    /// <summary>Connects, says the preface and an empty SETTINGS.</summary>
    public static async Task<RawHttp2> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var connection = new RawHttp2(new NetworkStream(socket, ownsSocket: true));
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancellationToken);
        await connection.SendAsync(Settings, 0, [], cancellationToken);
        return connection;
    }

    public async Task SendAsync(byte type, byte flags, byte[] payload, CancellationToken cancellationToken)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        payload.CopyTo(frame, 9);
        await _stream.WriteAsync(frame, cancellationToken);
    }

    /// <summary>Reads until a frame fits.</summary>
    public async Task<byte[]> ReadAsync(byte type, byte flags, CancellationToken cancellationToken)
    {
        var header = new byte[9];
        while (true)
        {
            await _stream.ReadExactlyAsync(header, cancellationToken);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
            await _stream.ReadExactlyAsync(payload, cancellationToken);
            if (header[3] == type && header[4] == flags) return payload;
        }
    }

    /// <summary>Values of a SETTINGS frame by their numbers.</summary>
    public static Dictionary<int, uint> ParseSettings(byte[] payload) =>
        payload.Chunk(6).ToDictionary(setting => (int)BinaryPrimitives.ReadUInt16BigEndian(setting), setting => BinaryPrimitives.ReadUInt32BigEndian(setting.AsSpan(2)));

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
