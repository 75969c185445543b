namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>Blanks an event stream that comes in pieces, cut anywhere: field names, event names and blank lines stay, data is JSON or text.</summary>
internal sealed class EventsRedaction
{
    private const int LongestField = 8;

    private readonly JsonRedaction _json = new();
    private readonly byte[] _field = new byte[LongestField];
    private int _fieldLength;
    private Part _part;

    private enum Part
    {
        Field,
        BeforeData,
        Json,
        Text,
        Kept,
    }

    /// <summary>Blanks in place.</summary>
    public void Apply(Span<byte> bytes)
    {
        for (var index = 0; index < bytes.Length; index++) bytes[index] = Next(bytes, index);
    }

    private byte Next(Span<byte> bytes, int index)
    {
        var current = bytes[index];
        if (current is (byte)'\n' or (byte)'\r')
        {
            _part = Part.Field;
            _fieldLength = 0;
            _json.Reset();
            return current;
        }

        switch (_part)
        {
            case Part.Field when current == (byte)':':
                _part = Of(_field.AsSpan(0, Math.Min(_fieldLength, LongestField)));
                return current;
            case Part.Field:
                if (_fieldLength < LongestField) _field[_fieldLength] = current;
                return ++_fieldLength > LongestField ? TextRedaction.Blank(current) : current;
            case Part.BeforeData when current == (byte)' ':
                return current;
            case Part.BeforeData:
                _part = current is (byte)'{' or (byte)'[' ? Part.Json : Part.Text;
                return Next(bytes, index);
            case Part.Json:
                _json.Apply(bytes.Slice(index, 1));
                return bytes[index];
            case Part.Kept:
                return current;
            default:
                return TextRedaction.Blank(current);
        }
    }

    private static Part Of(ReadOnlySpan<byte> field)
    {
        if (field.SequenceEqual("data"u8)) return Part.BeforeData;
        return field.SequenceEqual("event"u8) || field.SequenceEqual("retry"u8) ? Part.Kept : Part.Text;
    }
}
