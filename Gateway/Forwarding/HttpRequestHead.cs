using System.Collections;
using System.Diagnostics.CodeAnalysis;
using AiGateway.DataPlane.Exchanges;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Kestrel's request head for the engine.</summary>
internal sealed class HttpRequestHead(HttpContext context) : IRequestHead, IReadOnlyDictionary<string, string>
{
    private readonly IHeaderDictionary _headers = context.Request.Headers;

    public HttpContext Context => context;

    public string Method => context.Request.Method;

    public string Path { get; } = context.Request.Path.Value ?? "/";

    public string RawTarget => context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? Path;

    public string Host { get; } = context.Request.Host.Value ?? "";

    public IReadOnlyDictionary<string, string> Headers => this;

    public int Count => _headers.Count;

    public IEnumerable<string> Keys => _headers.Keys;

    public IEnumerable<string> Values => _headers.Select(header => Last(header.Value) ?? "");

    public string this[string key] => Header(key) ?? throw new KeyNotFoundException($"no header {key}");

    public string? Header(string name) => Last(_headers[name]);

    public bool ContainsKey(string key) => _headers.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = Header(key);
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _headers.Select(header => KeyValuePair.Create(header.Key, Last(header.Value) ?? "")).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string? Last(Microsoft.Extensions.Primitives.StringValues values) => values.Count switch
    {
        0 => null,
        1 => values.ToString(),
        _ => values[^1],
    };
}
