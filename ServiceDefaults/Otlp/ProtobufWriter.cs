using System.Buffers.Binary;
using System.Text;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>
/// Writes protobuf into one growing buffer that is reused from batch to batch. Lengths of nested messages are written afterwards into four reserved bytes
/// (a padded varint, which every decoder accepts), so nothing is measured twice.
/// </summary>
/// <param name="limit">Bytes at most, so that the length of any part fits the four bytes and a huge batch cannot take the memory of the process.</param>
internal sealed class ProtobufWriter(int limit = ProtobufWriter.LargestLength)
{
    private const int LengthBytes = 4;
    private const int LargestLength = (1 << 28) - 1;
    private byte[] _buffer = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Clear()
    {
        // One huge span must not pin its memory for the life of the process.
        if (_buffer.Length > 4 * 1024 * 1024) _buffer = new byte[4096];
        Length = 0;
    }

    public void Varint(int field, ulong value)
    {
        Tag(field, 0);
        Raw(value);
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
    }

    public void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public void Fixed32(int field, uint value)
    {
        Tag(field, 5);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    }

    public void Text(int field, ReadOnlySpan<char> value)
    {
        Tag(field, 2);
        var length = Encoding.UTF8.GetByteCount(value);
        Raw((ulong)length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Raw((ulong)value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Room for bytes of known number, to be filled at once.</summary>
    public Span<byte> Bytes(int field, int length)
    {
        Tag(field, 2);
        Raw((ulong)length);
        return Take(length);
    }

    /// <summary>Starts a nested message; give the result to <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, 2);
        Take(LengthBytes);
        return Length;
    }

    public void End(int begun)
    {
        var length = (uint)(Length - begun);
        var place = _buffer.AsSpan(begun - LengthBytes, LengthBytes);
        place[0] = (byte)(length | 0x80);
        place[1] = (byte)((length >> 7) | 0x80);
        place[2] = (byte)((length >> 14) | 0x80);
        place[3] = (byte)(length >> 21);
    }

    private void Tag(int field, int wireType) => Raw((ulong)((field << 3) | wireType));

    private void Raw(ulong value)
    {
        var place = Take(10);
        var count = 0;
        while (value >= 0x80)
        {
            place[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        place[count++] = (byte)value;
        Length -= 10 - count;
    }

    private Span<byte> Take(int count)
    {
        if (count > limit - Length) throw new ProtobufTooLargeException(limit);
        if (_buffer.Length - Length < count) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
