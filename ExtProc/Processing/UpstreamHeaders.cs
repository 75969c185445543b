using System.Collections.Frozen;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Processing;

/// <summary>The difference between the headers that Envoy holds and those that the backend of this attempt is to receive.</summary>
internal sealed class UpstreamHeaders(Exchange exchange, RuntimeBackend backend, UpstreamRequest upstream, EnvoyRequestHead client, EnvoyRequestHead current, ExchangeTracing tracing, bool decoded, FrozenSet<string> kept)
{
    private static readonly string[] s_framing = ["host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "expect"];

    /// <summary>
    /// Frames the message on this connection or names its target: Envoy's own business. The internal id stays too, and so reaches the provider: Envoy shows
    /// the next attempt the headers as this one left them, and would find no exchange without it.
    /// </summary>
    public static readonly FrozenSet<string> KeptByAttempts = s_framing.Append(RouterStream.InternalIdHeader).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Before a direct route is chosen: Envoy finds no route for a request without its scheme, so the route itself removes that.</summary>
    public static readonly FrozenSet<string> KeptByOnly = s_framing.Append(DirectRoute.SchemeHeader).ToFrozenSet(StringComparer.Ordinal);

    private readonly Dictionary<string, ByteString> _wanted = new(StringComparer.Ordinal);

    /// <summary>Adds what has to be set and removed.</summary>
    public void Write(HeaderMutation mutation)
    {
        Collect();
        foreach (var (name, value) in _wanted)
        {
            if (!Has(name, value)) mutation.Set(name, value);
        }

        foreach (var name in current.Keys)
        {
            if (!name.StartsWith(':') && !kept.Contains(name) && !_wanted.ContainsKey(name)) mutation.RemoveHeaders.Add(name);
        }
    }

    private void Collect()
    {
        foreach (var (name, value) in client.Fields)
        {
            if (name.StartsWith(':') || kept.Contains(name) || !HeaderPolicy.GoesUp(name, backend)) continue;
            // HTTP joins the values of a repeated field with commas (RFC 9110 section 5.3).
            _wanted[name] = _wanted.TryGetValue(name, out var earlier) ? ByteString.CopyFrom([.. earlier.Span, .. ", "u8, .. value.Span]) : value;
        }

        _wanted["content-type"] = ByteString.CopyFromUtf8(client.Header("content-type") ?? "application/json");
        if (!decoded && client.Header("content-encoding") is { } coding) _wanted["content-encoding"] = ByteString.CopyFromUtf8(coding);
        _wanted["accept-encoding"] = ByteString.CopyFromUtf8(AcceptedCodings.For(exchange, client.Header("accept-encoding")));
        _wanted["x-request-id"] = ByteString.CopyFromUtf8(exchange.RequestId);
        tracing.Inject(exchange, _wanted, static (headers, name, value) => headers[name] = ByteString.CopyFromUtf8(value), static (headers, name) => headers.Remove(name));
        foreach (var (name, value) in backend.Spec.HeaderMutation?.Set ?? [])
        {
            if (HeaderPolicy.Mutable(name)) _wanted[name] = ByteString.CopyFromUtf8(value);
        }

        foreach (var name in backend.Spec.HeaderMutation?.Remove ?? [])
        {
            if (HeaderPolicy.Mutable(name) && backend.Spec.HeaderMutation!.Set.All(set => set.Key != name)) _wanted.Remove(name);
        }

        if (upstream.CredentialHeader is { } credential) _wanted[credential] = ByteString.CopyFromUtf8(upstream.CredentialValue!);
    }

    private bool Has(string name, ByteString value)
    {
        var count = 0;
        var same = false;
        foreach (var (key, there) in current.Fields)
        {
            if (key != name) continue;
            count++;
            same = there.Equals(value);
        }

        return count == 1 && same;
    }
}
