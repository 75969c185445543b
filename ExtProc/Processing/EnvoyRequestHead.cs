using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using AiGateway.DataPlane.Exchanges;
using Envoy.Config.Core.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Processing;

/// <summary>A request head as Envoy sends it: lower-case names, values as bytes in <c>raw_value</c>, pseudo-headers among them.</summary>
internal sealed class EnvoyRequestHead : IRequestHead, IReadOnlyDictionary<string, string>
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<KeyValuePair<string, ByteString>> _fields;
    private readonly Dictionary<string, string> _values;

    public EnvoyRequestHead(HeaderMap? headers)
    {
        _fields = new List<KeyValuePair<string, ByteString>>(headers?.Headers.Count ?? 0);
        _values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers?.Headers ?? [])
        {
            var value = header.RawValue.IsEmpty && header.Value.Length > 0 ? ByteString.CopyFromUtf8(header.Value) : header.RawValue;
            _fields.Add(new(header.Key, value));
            _values[header.Key] = Text(value); // the last value of a repeated header wins, as in the gateway
        }

        RawTarget = Pseudo(":path", "/");
        var query = RawTarget.IndexOf('?', StringComparison.Ordinal);
        Query = query < 0 ? "" : RawTarget[(query + 1)..];
        var path = query < 0 ? RawTarget : RawTarget[..query];
        Path = path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
        Method = Pseudo(":method", "GET");
        Host = Pseudo(":authority", "");
    }

    public string Method { get; }

    public string Path { get; }

    public string RawTarget { get; }

    /// <summary>Without the question mark.</summary>
    public string Query { get; }

    public string Host { get; }

    public IReadOnlyDictionary<string, string> Headers => this;

    /// <summary>All fields in the order received, with their bytes.</summary>
    public IReadOnlyList<KeyValuePair<string, ByteString>> Fields => _fields;

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<string> Values => _values.Values;

    public string this[string key] => _values[key];

    public string? Header(string name) => _values.GetValueOrDefault(name);

    /// <summary>A query parameter, the last one when it repeats.</summary>
    public string? QueryValue(string name)
    {
        string? found = null;
        foreach (var range in Query.AsSpan().Split('&'))
        {
            var pair = Query.AsSpan(range);
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? pair : pair[..equals];
            if (key.SequenceEqual(name)) found = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..].ToString().Replace('+', ' '));
        }

        return found;
    }

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string Pseudo(string name, string absent) => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : absent;

    private static string Text(ByteString value)
    {
        try
        {
            return s_strict.GetString(value.Span);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(value.Span); // HTTP allows any byte; what is not UTF-8 keeps its bytes this way
        }
    }
}
