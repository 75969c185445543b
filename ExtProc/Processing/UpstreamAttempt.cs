using System.Collections.Frozen;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Providers;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// What goes to the backend of one attempt. Envoy shows a second attempt the headers that the first one's answer set, so everything is rebuilt from the
/// client's own request: what must be there is set, what is left of an earlier provider is removed.
/// </summary>
internal sealed class UpstreamAttempt(Engine engine, RuntimeTarget target, EnvoyRequestHead current, string? routeName) : IDisposable
{
    private PooledBytes? _body;

    /// <summary>The head as Envoy holds it.</summary>
    public EnvoyRequestHead Current => current;

    /// <summary>Why the backend was not asked; null when it is.</summary>
    public Rejection? Refused { get; private set; }

    /// <summary>The answer for Envoy when it asks about an attempt.</summary>
    /// <param name="exchange">The exchange; its lock is held.</param>
    /// <param name="upstream">Reused between attempts.</param>
    /// <param name="client">The request as the client sent it and filters of the listener changed it.</param>
    /// <param name="decoded">The body was compressed and is not any more.</param>
    public ProcessingResponse Prepare(Exchange exchange, UpstreamRequest upstream, EnvoyRequestHead client, bool decoded)
    {
        if (exchange.Backend is { } failed && exchange.Attempts > 0) engine.Metrics.Attempt(failed.Name, "status");
        if (Begin(exchange, upstream) is { } refused) return Answers.Refuse(exchange.Endpoint.Dialect, refused, exchange.RequestId);
        var metadata = Describe(exchange);
        var common = new CommonResponse { HeaderMutation = Headers(exchange, upstream, client, decoded, UpstreamHeaders.KeptByAttempts) };
        // From the second attempt on the buffered body may be an earlier backend's, so it is always sent again.
        if (exchange.Attempts > 1 || Changes(exchange, upstream, decoded))
        {
            common.Status = CommonResponse.Types.ResponseStatus.ContinueAndReplace;
            common.BodyMutation = Body(upstream);
            metadata.Fields["content_length"] = Value.ForNumber(_body!.Length);
        }

        return new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = common }, DynamicMetadata = Answers.Metadata(metadata) };
    }

    /// <summary>The answer to the client's body when nobody will ask about the attempt.</summary>
    /// <returns>Null when it is <see cref="Refused"/>.</returns>
    /// <inheritdoc cref="Prepare"/>
    public ProcessingResponse? PrepareOnly(Exchange exchange, UpstreamRequest upstream, bool decoded)
    {
        if (Begin(exchange, upstream) is not null) return null;
        var common = new CommonResponse { HeaderMutation = Headers(exchange, upstream, current, decoded, UpstreamHeaders.KeptByOnly), ClearRouteCache = true };
        if (Changes(exchange, upstream, decoded))
        {
            common.BodyMutation = Body(upstream);
            common.HeaderMutation.Set("content-length", _body!.Length);
        }

        return new ProcessingResponse { RequestBody = new BodyResponse { Response = common }, DynamicMetadata = Answers.Metadata(Describe(exchange)) };
    }

    /// <summary>Gives the body back once it has been sent, or never will be.</summary>
    public void Dispose()
    {
        _body?.Dispose();
        _body = null;
    }

    private Rejection? Begin(Exchange exchange, UpstreamRequest upstream)
    {
        exchange.Rule = target.Rule;
        exchange.RouteName = routeName;
        if (!ProviderCatalog.Supports(target.Backend.Spec.Schema, exchange.Endpoint.Kind)) return Refused = RouterPhase.Unsupported(exchange);
        if (target.Backend.Spec.Unusable is not null) return Refused = RouterPhase.NoBackend(exchange);
        if (UpstreamPhase.Prepare(exchange, target.Backend, upstream) is { } rejected) return Refused = rejected;
        if (exchange.Attempts == 1) engine.Metrics.Overhead(exchange.Time.GetElapsedTime(exchange.StartTimestamp));
        return null;
    }

    private HeaderMutation Headers(Exchange exchange, UpstreamRequest upstream, EnvoyRequestHead client, bool decoded, FrozenSet<string> kept)
    {
        var headers = new HeaderMutation();
        if (client.RawTarget != upstream.PathAndQuery || current.RawTarget != upstream.PathAndQuery) headers.Set(":path", upstream.PathAndQuery);
        new UpstreamHeaders(exchange, target.Backend, upstream, client, current, engine.Tracing, decoded, kept).Write(headers);
        return headers;
    }

    private Struct Describe(Exchange exchange)
    {
        var metadata = new Struct { Fields = { ["backend_name"] = Value.ForString(target.Backend.Name) } };
        metadata.Fields["dialect"] = Value.ForString(exchange.Endpoint.Dialect.ToString().ToLowerInvariant());
        CompletionMetadata.Identify(exchange, metadata);
        foreach (var (attribute, value) in engine.LogHeaders.Of(exchange.Head)) metadata.Fields[attribute] = Value.ForString(value);
        return metadata;
    }

    private static bool Changes(Exchange exchange, UpstreamRequest upstream, bool decoded) => decoded || !upstream.Edits.IsEmpty || !upstream.Body.Equals(exchange.Body);

    private BodyMutation Body(UpstreamRequest upstream)
    {
        _body = new PooledBytes((int)upstream.ContentLength);
        foreach (var piece in upstream.Edits.Pieces(upstream.Body)) _body.Write(piece.Span);
        return new BodyMutation { Body = UnsafeByteOperations.UnsafeWrap(_body.Written) };
    }
}
