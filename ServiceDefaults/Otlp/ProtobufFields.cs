using System.Text;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Walks the top level of a small protobuf message (answers of sinks). Broken input ends the walk.</summary>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public int Number { get; private set; }

    public ulong Integer { get; private set; }

    public ReadOnlySpan<byte> Content { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Content);

    public bool Next()
    {
        Content = default;
        Integer = 0;
        if (!TryVarint(out var tag)) return false;
        Number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                if (!TryVarint(out var value)) return false;
                Integer = value;
                return true;
            case 1: return TrySkip(8);
            case 2: return TryVarint(out var length) && length <= (ulong)_rest.Length && TryTake((int)length);
            case 5: return TrySkip(4);
            default: return false;
        }
    }

    private bool TrySkip(int count)
    {
        if (_rest.Length < count) return false;
        _rest = _rest[count..];
        return true;
    }

    private bool TryTake(int count)
    {
        Content = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var index = 0; index < _rest.Length && index < 10; index++)
        {
            value |= (ulong)(_rest[index] & 0x7f) << (7 * index);
            if ((_rest[index] & 0x80) != 0) continue;
            _rest = _rest[(index + 1)..];
            return true;
        }

        return false;
    }
}
