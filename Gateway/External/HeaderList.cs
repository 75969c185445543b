using System.Text;
using Envoy.Config.Core.V3;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.External;

/// <summary>
/// The head of a message as an ext_proc service sees it: lower-case names in the order received, values as bytes, pseudo-headers among them. Hop-by-hop
/// headers (RFC 9110 section 7.6.1) belong to a connection and are never in it.
/// </summary>
/// <param name="encoding">How values become text: UTF-8 from clients, Latin-1 from providers.</param>
internal sealed class HeaderList(Encoding encoding)
{
    private readonly List<KeyValuePair<string, ByteString>> _fields = new(24);

    /// <summary>All fields.</summary>
    public IReadOnlyList<KeyValuePair<string, ByteString>> Fields => _fields;

    /// <summary>Value of a field, the last one when it repeats; null when there is none.</summary>
    public string? this[string name]
    {
        get
        {
            for (var i = _fields.Count - 1; i >= 0; i--)
            {
                if (_fields[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return Text(_fields[i].Value);
            }

            return null;
        }
    }

    /// <summary>Text of a value.</summary>
    public string Text(ByteString value) => encoding.GetString(value.Span);

    /// <summary>Adds a field behind those that are there.</summary>
    public void Add(string name, ByteString value) => _fields.Add(new(name.ToLowerInvariant(), value));

    /// <inheritdoc cref="Add(string, ByteString)"/>
    public void Add(string name, string? value) => Add(name, ByteString.CopyFrom(value ?? "", encoding));

    /// <summary>Sets a field; every earlier value of the name goes.</summary>
    public void Set(string name, ByteString value)
    {
        var first = _fields.FindIndex(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (first < 0)
        {
            Add(name, value);
            return;
        }

        _fields[first] = new(_fields[first].Key, value);
        for (var i = _fields.Count - 1; i > first; i--)
        {
            if (_fields[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) _fields.RemoveAt(i);
        }
    }

    /// <inheritdoc cref="Set(string, ByteString)"/>
    public void Set(string name, string value) => Set(name, ByteString.CopyFrom(value, encoding));

    /// <summary>Removes every value of a name.</summary>
    public void Remove(string name) => _fields.RemoveAll(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The form that goes over the wire, with values where Envoy puts them: in <c>raw_value</c>.</summary>
    public HeaderMap ToMap()
    {
        var map = new HeaderMap();
        map.Headers.Capacity = _fields.Count;
        foreach (var (name, value) in _fields) map.Headers.Add(new HeaderValue { Key = name, RawValue = value });
        return map;
    }

    /// <summary>The head of a client's request as Envoy passes it on: pseudo-headers, then the fields, forwarding headers completed.</summary>
    public static HeaderList Of(HttpContext context, string rawTarget, string requestId)
    {
        var request = context.Request;
        var list = new HeaderList(Encoding.UTF8);
        list.Add(":authority", request.Host.Value);
        list.Add(":path", rawTarget);
        list.Add(":method", request.Method);
        list.Add(":scheme", request.Scheme);
        var hopByHop = request.Headers.Connection is { Count: > 0 } connection ? connection.ToString() : null;
        foreach (var (name, values) in request.Headers)
        {
            if (name[0] == ':' || HopByHop.Is(name, hopByHop) || name.Equals("host", StringComparison.OrdinalIgnoreCase) || name.Equals("expect", StringComparison.OrdinalIgnoreCase) || Steers(name)) continue;
            foreach (var value in values) list.Add(name, value);
        }

        if (context.Connection.RemoteIpAddress is { } remote)
        {
            var address = (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString();
            list.Set("x-forwarded-for", list["x-forwarded-for"] is { Length: > 0 } earlier ? $"{earlier},{address}" : address);
        }

        list.Set("x-forwarded-proto", request.Scheme);
        list.Set("x-request-id", requestId);
        return list;
    }

    /// <summary>
    /// Headers by which services steer a proxy are their own. What a client sends under these names is gone before the first filter: otherwise it would
    /// choose a route or an endpoint by itself.
    /// </summary>
    private static bool Steers(string name) =>
        name.StartsWith("x-ai-eg-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-gateway-destination-endpoint", StringComparison.OrdinalIgnoreCase);

    /// <summary>The head of a provider's response.</summary>
    public static HeaderList Of(HttpResponseMessage response)
    {
        var list = new HeaderList(Encoding.Latin1);
        list.Add(":status", ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        var hopByHop = response.Headers.NonValidated.TryGetValues("connection", out var connection) ? connection.ToString() : null;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (HopByHop.Is(name, hopByHop)) continue;
            foreach (var value in values) list.Add(name, value);
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            foreach (var value in values) list.Add(name, value);
        }

        return list;
    }
}
