namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>
/// Blanks what people and models said in JSON that comes in pieces, cut anywhere. Each byte stays one byte: texts become <c>x</c> of the same length,
/// numbers in arrays (embeddings, token ids) become ones; structure, names, other numbers and the words of the protocol stay, so that the bytes still
/// route, stream and count as they did.
/// </summary>
internal sealed class JsonRedaction
{
    private const byte Filler = (byte)'x';
    private const int LongestName = 24;
    private const int LongestWord = 128;

    /// <summary>Members whose values are words of the protocol, or a model's name.</summary>
    private static readonly HashSet<string> s_kept = new(StringComparer.Ordinal)
    {
        "model", "type", "object", "role", "status", "code", "param", "finish_reason", "stop_reason", "native_finish_reason", "service_tier", "system_fingerprint",
        "encoding_format", "format", "response_format", "stream_format", "reasoning_effort", "effort", "voice", "quality", "size", "truncation",
    };

    private readonly Stack<bool> _objects = new();
    private readonly byte[] _name = new byte[LongestName];
    private int _nameLength;
    private int _wordLength;
    private bool _expectsName;
    private bool _escaped;
    private bool _broken;
    private Within _within;

    private enum Within
    {
        Nothing,
        Name,
        KeptText,
        BlankText,
    }

    /// <summary>A value is open.</summary>
    public bool IsInside => _objects.Count > 0 || _within != Within.Nothing;

    /// <summary>Blanks in place.</summary>
    public void Apply(Span<byte> bytes)
    {
        foreach (ref var current in bytes) current = _broken ? TextRedaction.Blank(current) : Next(current);
    }

    /// <summary>Forgets everything: other JSON begins.</summary>
    public void Reset()
    {
        _objects.Clear();
        _within = Within.Nothing;
        _expectsName = _escaped = _broken = false;
        _nameLength = 0;
    }

    private byte Next(byte current) => _within == Within.Nothing ? Outside(current) : Inside(current);

    private byte Outside(byte current)
    {
        if (_objects.Count == 0 && char.IsAsciiLetterOrDigit((char)current)) return Break(current); // more text after the value
        switch (current)
        {
            case (byte)'{':
                _objects.Push(true);
                _expectsName = true;
                return current;
            case (byte)'[':
                _objects.Push(false);
                _expectsName = false;
                return current;
            case (byte)'}' or (byte)']':
                if (_objects.Count == 0) return Break(current);
                _objects.Pop();
                _expectsName = false;
                return current;
            case (byte)',':
                _expectsName = _objects.TryPeek(out var inObject) && inObject;
                return current;
            case (byte)':':
                _expectsName = false;
                return current;
            case (byte)'"':
                Open();
                return current;
            case >= (byte)'0' and <= (byte)'9':
                return _objects.TryPeek(out var member) && member ? current : (byte)'1';
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'-' or (byte)'+' or (byte)'.':
            case (byte)'t' or (byte)'r' or (byte)'u' or (byte)'e' or (byte)'f' or (byte)'a' or (byte)'l' or (byte)'s' or (byte)'n' or (byte)'E':
            case (byte)'D' or (byte)'O' or (byte)'N': // [DONE], which ends streams
                return current;
            default:
                return Break(current);
        }
    }

    private void Open()
    {
        if (_expectsName)
        {
            _within = Within.Name;
            _nameLength = 0;
            return;
        }

        // A text in an array is no word of the protocol, whatever the array is called.
        var kept = _objects.TryPeek(out var inObject) && inObject && _nameLength is > 0 and <= LongestName && s_kept.Contains(System.Text.Encoding.ASCII.GetString(_name, 0, _nameLength));
        _within = kept ? Within.KeptText : Within.BlankText;
        _wordLength = 0;
    }

    private byte Inside(byte current)
    {
        if (!_escaped && current == (byte)'"')
        {
            _within = Within.Nothing;
            return current;
        }

        _escaped = !_escaped && current == (byte)'\\';
        switch (_within)
        {
            case Within.Name:
                if (_nameLength < LongestName) _name[_nameLength] = current;
                if (_nameLength <= LongestName) _nameLength++;
                return current;
            case Within.KeptText when ++_wordLength <= LongestWord && IsWord(current):
                return current;
            default:
                _within = Within.BlankText;
                return Filler;
        }
    }

    private byte Break(byte current)
    {
        _broken = true;
        return TextRedaction.Blank(current);
    }

    private static bool IsWord(byte current) => char.IsAsciiLetterOrDigit((char)current) || current is (byte)'_' or (byte)'-' or (byte)'.' or (byte)':' or (byte)'/';
}
