using System.Text.Json;

namespace AiGateway.DataPlane.Json;

/// <summary>A member that a <see cref="JsonMemberScanner"/> looks for, and the last value it found.</summary>
public sealed class JsonMember
{
    private readonly byte[] _name;
    private readonly JsonMember? _parent;
    private readonly int _limit;
    private byte[] _value = [];
    private int _length;
    private bool _tooLong;

    /// <param name="name">Member name without escapes.</param>
    /// <param name="parent">Null for a member of the root; otherwise a parent from <see cref="Parent"/>.</param>
    /// <param name="limit">Longest value kept, in bytes; a longer one counts as not found.</param>
    public JsonMember(string name, JsonMember? parent = null, int limit = 4096)
    {
        _name = System.Text.Encoding.UTF8.GetBytes(name);
        _parent = parent;
        _limit = limit;
    }

    /// <summary>Whether the value was found whole.</summary>
    public bool Found { get; private set; }

    /// <summary>JSON text of the value; empty when not found.</summary>
    public ReadOnlySpan<byte> Value => Found ? _value.AsSpan(0, _length).TrimEnd(" \t\r\n"u8) : default;

    /// <summary>The value is an object.</summary>
    public bool IsObject => Found && _length > 0 && _value[0] == (byte)'{';

    internal bool IsParent { get; private init; }

    /// <summary>A member that is not kept itself, only descended into.</summary>
    public static JsonMember Parent(string name) => new(name) { IsParent = true };

    /// <summary>The value as a string; null when it is absent, not a string, empty or broken.</summary>
    public string? AsString()
    {
        if (!Found || _length < 3 || _value[0] != (byte)'"') return null;
        var reader = new Utf8JsonReader(Value);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // broken text is "not said"
        }
    }

    /// <summary>Compares the found string value without making one.</summary>
    public bool TextEquals(string text)
    {
        var value = Value;
        if (value.Length != text.Length + 2 || value[0] != (byte)'"') return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (value[i + 1] != text[i] || text[i] == '\\') return false;
        }

        return true;
    }

    /// <summary>Forgets the value.</summary>
    public void Forget() => Found = false;

    internal bool Matches(JsonMember? parent, ReadOnlySpan<byte> name) => name.Length == _name.Length && ReferenceEquals(parent, _parent) && name.SequenceEqual(_name);

    internal void Begin()
    {
        Found = false;
        _length = 0;
        _tooLong = false;
    }

    internal void Append(ReadOnlySpan<byte> part)
    {
        if (_tooLong || _length + part.Length > _limit)
        {
            _tooLong = true;
            return;
        }

        if (_value.Length < _length + part.Length) Array.Resize(ref _value, Math.Max(128, 2 * (_length + part.Length)));
        part.CopyTo(_value.AsSpan(_length));
        _length += part.Length;
    }

    internal void End() => Found = !_tooLong;
}
