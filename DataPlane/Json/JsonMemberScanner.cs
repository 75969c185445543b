using System.Buffers;

namespace AiGateway.DataPlane.Json;

/// <summary>
/// Finds a few shallow members in a JSON text that arrives in pieces of any size, in constant memory. It does not validate: a broken text yields
/// whatever was found before the break. Strings and deep values are skipped with vectorised searches.
/// </summary>
public sealed class JsonMemberScanner
{
    private const int KeyDepth = 2; // members of the root and of its direct children
    private const int LongestKey = 24;
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);

    private readonly JsonMember[] _wanted;
    private readonly byte[] _key = new byte[LongestKey];
    private int _keyLength;
    private bool _keyUsable;
    private JsonMember? _parent;
    private int _depth;
    private ulong _objects; // bit d: the container at depth d is an object
    private bool _inString;
    private bool _inKey;
    private bool _escaped;
    private bool _expectKey;
    private bool _valuePending;
    private JsonMember? _capturing;
    private int _captureDepth;

    /// <param name="wanted">Members to keep; their values are overwritten when they occur again.</param>
    public JsonMemberScanner(params JsonMember[] wanted) => _wanted = wanted;

    /// <summary>True once the outermost value was closed.</summary>
    public bool Complete { get; private set; }

    /// <summary>Starts on a new text; found values stay until they are found again.</summary>
    public void Restart()
    {
        _depth = 0;
        _objects = 0;
        _inString = _inKey = _escaped = _expectKey = _valuePending = false;
        _capturing = null;
        _parent = null;
        Complete = false;
    }

    /// <summary>Reads the next piece.</summary>
    public void Feed(ReadOnlySpan<byte> text)
    {
        var captureFrom = 0;
        var i = 0;
        while (i < text.Length)
        {
            if (_inString)
            {
                i = InString(text, i, ref captureFrom);
                continue;
            }

            switch (text[i])
            {
                case (byte)'"':
                    if (_expectKey && _depth <= KeyDepth) (_inKey, _keyLength, _keyUsable) = (true, 0, true);
                    else BeginValue(i, ref captureFrom);
                    _inString = true;
                    i++;
                    break;
                case (byte)':':
                    if (_expectKey && _depth <= KeyDepth) (_expectKey, _valuePending) = (false, true);
                    i++;
                    break;
                case (byte)'{' or (byte)'[':
                    BeginValue(i, ref captureFrom);
                    Open(isObject: text[i] == (byte)'{');
                    i++;
                    break;
                case (byte)'}' or (byte)']':
                    EndCapture(text, captureFrom, i);
                    if (--_depth <= 0)
                    {
                        Complete = true;
                        _depth = 0;
                    }

                    _expectKey = false;
                    i++;
                    EndCapture(text, captureFrom, i);
                    break;
                case (byte)',':
                    EndCapture(text, captureFrom, i);
                    _expectKey = IsObject(_depth);
                    i++;
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    i++;
                    break;
                default:
                    BeginValue(i, ref captureFrom);
                    i = _depth > KeyDepth ? NextStructure(text, i) : i + 1;
                    break;
            }
        }

        _capturing?.Append(text[captureFrom..]);
    }

    private static int NextStructure(ReadOnlySpan<byte> text, int from)
    {
        var next = text[from..].IndexOfAny(s_structure);
        return next < 0 ? text.Length : from + next;
    }

    private int InString(ReadOnlySpan<byte> text, int i, ref int captureFrom)
    {
        if (_escaped)
        {
            _escaped = false;
            return i + 1;
        }

        var rest = text[i..];
        var stop = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (_inKey) AppendKey(stop < 0 ? rest : rest[..stop]);
        if (stop < 0) return text.Length;
        i += stop;
        if (text[i] == (byte)'\\')
        {
            _escaped = true;
            _keyUsable = false; // no wanted name needs an escape
            return i + 1;
        }

        _inString = false;
        if (_inKey) _inKey = false;
        else EndCapture(text, captureFrom, i + 1);
        return i + 1;
    }

    private void AppendKey(ReadOnlySpan<byte> part)
    {
        if (!_keyUsable || _keyLength + part.Length > LongestKey)
        {
            _keyUsable = false;
            return;
        }

        part.CopyTo(_key.AsSpan(_keyLength));
        _keyLength += part.Length;
    }

    private void BeginValue(int at, ref int captureFrom)
    {
        if (!_valuePending) return;
        _valuePending = false;
        if (_depth == 1) _parent = null;
        if (_capturing is not null || !_keyUsable || (_depth > 1 && _parent is null)) return; // below a member that nobody asked about
        var key = _key.AsSpan(0, _keyLength);
        foreach (var member in _wanted)
        {
            if (member.Matches(_depth == 1 ? null : _parent, key))
            {
                if (member.IsParent)
                {
                    _parent = member;
                    return;
                }

                _capturing = member;
                _captureDepth = _depth;
                captureFrom = at;
                member.Begin();
                return;
            }
        }
    }

    private void EndCapture(ReadOnlySpan<byte> text, int from, int to)
    {
        if (_capturing is null || _depth != _captureDepth) return;
        _capturing.Append(text[from..to]);
        _capturing.End();
        _capturing = null;
    }

    private void Open(bool isObject)
    {
        _depth++;
        if (_depth < 64) _objects = isObject ? _objects | (1UL << _depth) : _objects & ~(1UL << _depth);
        _expectKey = isObject;
    }

    private bool IsObject(int depth) => depth < 64 && (_objects & (1UL << depth)) != 0;
}
