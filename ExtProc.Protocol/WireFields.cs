using System.Buffers;

namespace AiGateway.ExtProc.Protocol;

/// <summary>
/// Walks the fields of one protobuf message without parsing what is in them. Says no to everything that is rare or wrong (groups, truncated or oversized
/// numbers): the generated parser then decides.
/// </summary>
internal ref struct WireFields(in ReadOnlySequence<byte> message)
{
    public const int VarInt = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private SequenceReader<byte> _reader = new(message);

    /// <summary>Number of the current field.</summary>
    public int Number { get; private set; }

    /// <summary>Its wire type.</summary>
    public int WireType { get; private set; }

    /// <summary>Its value, if it is a number in variable length.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes, if it is length-delimited.</summary>
    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>Tag, length and value of the current field.</summary>
    public ReadOnlySequence<byte> Whole { get; private set; }

    public readonly bool AtEnd => _reader.End;

    /// <returns>False when the field is none of the usual.</returns>
    public bool TryRead()
    {
        var start = _reader.Position;
        if (!TryReadVarInt(out var tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
        Number = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        if (!TryReadValue()) return false;
        Whole = _reader.Sequence.Slice(start, _reader.Position);
        return true;
    }

    private bool TryReadValue()
    {
        switch (WireType)
        {
            case VarInt:
                var read = TryReadVarInt(out var value);
                Value = value;
                return read;
            case Fixed64:
                return TrySkip(8);
            case Fixed32:
                return TrySkip(4);
            case LengthDelimited:
                if (!TryReadVarInt(out var length) || length > (ulong)_reader.Remaining) return false;
                Bytes = _reader.UnreadSequence.Slice(0, (long)length);
                return TrySkip((long)length);
            default:
                return false;
        }
    }

    private bool TrySkip(long count)
    {
        if (_reader.Remaining < count) return false;
        _reader.Advance(count);
        return true;
    }

    private bool TryReadVarInt(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!_reader.TryRead(out var part)) return false;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return true;
        }

        return false;
    }
}
