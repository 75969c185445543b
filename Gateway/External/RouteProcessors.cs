using System.Net;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Gateway.External;

/// <summary>
/// The external processors of a route around the in-process engine. They stand where they stand in Envoy, behind the engine's own filter: requests reach
/// them when the model is known, responses before the engine reads them. What they change is what the engine works on.
/// </summary>
internal sealed class RouteProcessors(FilterChain chain, ProcessedExchange processed, PooledBytes body, GatewayHostOptions options) : IAsyncDisposable
{
    private ProcessedResponse? _response;

    /// <summary>Makes the processors of an exchange whose route is known.</summary>
    public static RouteProcessors For(HttpContext context, Exchange exchange, PooledBytes body, ExchangeTimer timer, ProcessorChannels channels, GatewayHostOptions options, ILogger log)
    {
        var rawTarget = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? exchange.Head.Path;
        var headers = HeaderList.Of(context, rawTarget, exchange.RequestId);
        headers.Set(DataPlane.Endpoints.ModelCatalog.ModelHeader, exchange.RequestedModel);
        var processed = new ProcessedExchange(context, exchange, headers, timer, log);
        return new RouteProcessors(new FilterChain(channels, processed), processed, body, options);
    }

    /// <summary>The request phases of all processors.</summary>
    /// <returns>Null when the request goes on; otherwise the answer, which has passed the processors before.</returns>
    public async ValueTask<ProcessedResponse?> RequestAsync()
    {
        var exchange = processed.Exchange;
        using var request = new ProcessedRequest(processed.Headers, () => ValueTask.FromResult<(ReadOnlyMemory<byte>, Rejection?)>((exchange.EncodedBody ?? body.Written, null)));
        foreach (var processor in exchange.Rule!.Processors)
        {
            if (await chain.RequestAsync(ProcessorFilters.Of(processor), request) is { } reply) return await chain.ResponseAsync(ProcessedResponse.Of(reply));
        }

        TakeHeaders();
        if (request.BodyChanged && await TakeBodyAsync(request.Body) is { } unreadable) return await RefuseAsync(unreadable);

        // Decided again on what the engine is going to send; processors of another route than this one are not asked.
        if ((request.BodyChanged || processed.RouteIsStale) && RouterPhase.Decide(exchange) is { } rejected) return await RefuseAsync(rejected);
        chain.Watch();
        return null;
    }

    /// <summary>The response phases, in the opposite order.</summary>
    /// <returns>The response as the engine is to see it.</returns>
    public async ValueTask<HttpResponseMessage> ResponseAsync(HttpResponseMessage message)
    {
        var exchange = processed.Exchange;
        processed.CodeDetails = "via_upstream";
        exchange.Status = (int)message.StatusCode;
        var body = new BackendBody(new UpstreamBody(message, exchange, processed.Timer));
        _response = await chain.ResponseAsync(new ProcessedResponse(HeaderList.Of(message), body, message.Content.Headers.ContentLength != 0));
        var seen = new HttpResponseMessage((HttpStatusCode)_response.Status) { Content = new ProcessedContent(_response), RequestMessage = message.RequestMessage, Version = message.Version };
        foreach (var (name, value) in _response.Headers.Fields)
        {
            if (name[0] == ':') continue;
            var text = _response.Headers.Text(value);
            if (HeaderPolicy.DescribesBody(name)) seen.Content.Headers.TryAddWithoutValidation(name, text);
            else seen.Headers.TryAddWithoutValidation(name, text);
        }

        return seen;
    }

    /// <summary>The gateway answers in place of a backend. As with Envoy the processors see that, too, unless they have seen the beginning of an answer already.</summary>
    public async ValueTask<ProcessedResponse> RefuseAsync(Rejection rejection)
    {
        var reply = LocalReply.Of(processed.Exchange.Endpoint.Dialect, rejection, processed.Exchange.RequestId);
        processed.CodeDetails = reply.Details;
        processed.Exchange.Status = rejection.Error.Status;
        return _response is null ? await chain.ResponseAsync(ProcessedResponse.Of(reply)) : ProcessedResponse.Of(reply);
    }

    /// <summary>The answer has been delivered: whose it was.</summary>
    public void Conclude()
    {
        if (_response?.Reply is not { } reply) return;
        processed.Exchange.Error = reply.Error;
        processed.Exchange.Outcome = reply.Outcome;
    }

    /// <summary>Sends an answer that no backend gave, and disposes it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="capture">Keeps it for the span.</param>
    public async ValueTask AnswerAsync(ProcessedResponse response, ResponseCapture capture)
    {
        await using var disposed = response;
        var (context, exchange) = (processed.Context, processed.Exchange);
        exchange.Error = response.Reply?.Error;
        exchange.Outcome = response.Reply?.Outcome ?? Contracts.ExchangeOutcome.Rejected;
        exchange.Streamed = false;
        using var whole = new PooledBytes();
        var last = !response.HasBody;
        while (!last)
        {
            (var bytes, last) = await response.Body.NextAsync();
            whole.Write(bytes.Span);
        }

        exchange.Status = context.Response.StatusCode = response.Status;
        foreach (var group in response.Headers.Fields.GroupBy(static one => one.Key))
        {
            if (group.Key[0] != ':' && group.Key != "content-length" && HeaderPolicy.GoesDown(group.Key)) context.Response.Headers[group.Key] = new StringValues([.. group.Select(one => response.Headers.Text(one.Value))]);
        }

        context.Response.Headers["x-request-id"] = exchange.RequestId;
        context.Response.ContentLength = whole.Length;
        exchange.BytesSent = whole.Length;
        capture.Clear();
        capture.ContentType = response.Headers["content-type"];
        capture.Add(whole.Written.Span);
        await context.Response.BodyWriter.WriteAsync(whole.Written, context.RequestAborted); // a deadline may be why there is this answer
    }

    /// <summary>Ends all streams in an orderly way.</summary>
    public Task CompleteAsync() => chain.CompleteAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_response is not null) await _response.DisposeAsync();
        await chain.DisposeAsync();
    }

    /// <summary>What processors put in place of the body is what the engine works on; they may have compressed it, as the client may.</summary>
    /// <returns>Null, or why it cannot be read.</returns>
    private async ValueTask<Rejection?> TakeBodyAsync(ReadOnlyMemory<byte> changed)
    {
        var exchange = processed.Exchange;
        body.Clear();
        body.Write(changed.Span);
        var refused = processed.Headers["content-encoding"] is { } coding
            ? await RequestBody.DecodeAsync(coding, changed.ToArray(), body, exchange.Listener.Spec.MaxRequestBodyBytes ?? options.MaxRequestBodyBytes, processed.Context.RequestAborted)
            : null;
        exchange.Body = body.Written;
        return refused;
    }

    /// <summary>What processors did to the head is what the sender reads.</summary>
    private void TakeHeaders()
    {
        var target = processed.Context.Request.Headers;
        string[] kept = [.. target.Keys.Where(static name => HopByHop.Is(name) || name.Equals("host", StringComparison.OrdinalIgnoreCase) || name[0] == ':' || name.Equals("content-length", StringComparison.OrdinalIgnoreCase))];
        var values = kept.ToDictionary(name => name, name => target[name]);
        target.Clear();
        foreach (var (name, value) in values) target[name] = value;
        foreach (var (name, value) in processed.Headers.Fields)
        {
            if (name[0] != ':' && name is not ("content-length" or "x-ai-eg-model")) target.Append(name, processed.Headers.Text(value));
        }
    }
}
