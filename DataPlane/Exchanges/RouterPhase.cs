using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Json;
using AiGateway.DataPlane.Routing;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Steps (2) to (5): from a whole request body to an ordered list of attempts. Pure apart from the exchange it fills.</summary>
public static class RouterPhase
{
    /// <summary>Decides where the exchange goes.</summary>
    /// <returns>Null when there is a plan, otherwise the answer.</returns>
    public static Rejection? Decide(Exchange exchange)
    {
        // (2) peek
        if (Peek(exchange) is { } unreadable) return unreadable;

        // (3) route
        exchange.Rule = exchange.Listener.Routes.Match(exchange.HostName, exchange.Head.Path, exchange.RequestedModel, exchange.Head);
        if (exchange.Rule is null) return exchange.RequestedModel.Length == 0 ? ModelRequired() : NotFound(exchange);

        // (4) admit: nothing limits yet

        // (5) plan
        var candidates = exchange.Rule.CandidatesFor(exchange.Endpoint.Kind);
        if (candidates.Count == 0) return exchange.Rule.HasCandidates ? Unsupported(exchange) : NoBackend(exchange);
        exchange.Plan = new AttemptPlan(candidates, exchange.Rule.Spec.Retry);
        return null;
    }

    /// <summary>Step (2) alone, for a host whose routes are chosen elsewhere: model, stream and what else the body says.</summary>
    /// <returns>Null when the body can be used, otherwise the answer.</returns>
    public static Rejection? Peek(Exchange exchange)
    {
        if ((exchange.Endpoint.Multipart ? PeekForm(exchange) : PeekJson(exchange)) is { } unreadable) return unreadable;
        return exchange.RequestedModel.Length == 0 && exchange.Endpoint.ModelRequired ? ModelRequired() : null;
    }

    /// <summary>
    /// Steps (2) and (3) ahead of a proxy that matches the same routes: asking first gives the client an answer in its own dialect instead of a bare 404. Where
    /// routes are known only to the proxy it is step (2) alone.
    /// </summary>
    /// <returns>Null when the proxy will find a backend to try, otherwise the answer.</returns>
    public static Rejection? Foresee(Exchange exchange)
    {
        if (Peek(exchange) is { } unreadable) return unreadable;
        if (exchange.Snapshot.RoutesElsewhere) return null;
        exchange.Rule = exchange.Listener.Routes.Match(exchange.HostName, exchange.Head.Path, exchange.RequestedModel, exchange.Head);
        if (exchange.Rule is null) return exchange.RequestedModel.Length == 0 ? ModelRequired() : NotFound(exchange);
        if (exchange.Rule.CandidatesFor(exchange.Endpoint.Kind) is not { Count: > 0 } candidates) return exchange.Rule.HasCandidates ? Unsupported(exchange) : NoBackend(exchange);
        // Only weights of 0, or backends that cannot be used?
        return new AttemptPlan(candidates, retry: null).Next(Random.Shared) is null ? NoBackend(exchange) : null;
    }

    /// <summary>The answer when a rule has candidates but none of them may be used.</summary>
    public static Rejection NoBackend(Exchange exchange) =>
        new(GatewayError.NoBackend, $"The rule that serves model '{exchange.RequestedModel}' has no usable backend; see the status of route {exchange.Rule!.Route}.");

    private static Rejection? PeekJson(Exchange exchange)
    {
        if (exchange.Head.Header("content-type")?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true)
        {
            return Malformed("multipart body not supported for this endpoint");
        }

        if (!RequestPeek.TryRead(exchange.Body.Span, out var peek, out var problem))
        {
            return Malformed($"failed to parse JSON for {exchange.Endpoint.Suffix}: {problem}");
        }

        exchange.Peek = peek;
        exchange.RequestedModel = peek.Model ?? "";
        exchange.ModelValue = peek.ModelValue;
        exchange.StreamRequested = exchange.Endpoint.Kind == EndpointKind.AudioSpeech ? peek.StreamFormatSse : exchange.Endpoint.Streams && peek.Stream;
        return exchange.Endpoint.Kind == EndpointKind.Tokenize ? CheckTokenize(peek) : null;
    }

    private static Rejection? PeekForm(Exchange exchange)
    {
        var contentType = exchange.Head.Header("content-type");
        if (contentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Malformed($"expected multipart/form-data content type for {exchange.Endpoint.Suffix}");
        }

        if (!MultipartPeek.TryRead(exchange.Body.Span, contentType, out var peek, out var problem)) return Malformed(problem!);
        if (string.IsNullOrEmpty(peek.Model)) return Malformed("missing required field 'model'", "model");
        if (!peek.HasFile) return Malformed("missing required field 'file'", "file");
        exchange.RequestedModel = peek.Model;
        exchange.ModelValue = peek.ModelValue;
        exchange.StreamRequested = exchange.Endpoint.Streams && peek.Stream;
        return null;
    }

    private static Rejection? CheckTokenize(in RequestPeek peek)
    {
        if (peek.HasPrompt && peek.HasMessages) return Malformed("failed to parse JSON for /tokenize: both \"prompt\" and \"messages\" are given; give one");
        if (!peek.HasPrompt && !peek.HasMessages) return Malformed("failed to parse JSON for /tokenize: neither \"prompt\" nor \"messages\" is given; give one");
        if (string.IsNullOrEmpty(peek.Model)) return Malformed("invalid tokenize request: model is required", "model");
        return peek.ContinueFinalMessage && peek.AddGenerationPrompt
            ? Malformed("invalid tokenize request: continue_final_message and add_generation_prompt cannot both be true; add_generation_prompt is true unless set to false", "add_generation_prompt")
            : null;
    }

    private static Rejection Malformed(string detail, string? param = null) => new(GatewayError.InvalidRequest, "malformed request: " + detail, param);

    /// <summary>The answer when a model has to be named and none is.</summary>
    public static Rejection ModelRequired() => new(GatewayError.ModelRequired, "invalid request body: model field is required", "model");

    /// <summary>The answer when no rule matches.</summary>
    public static Rejection NotFound(Exchange exchange) => new(
        GatewayError.ModelNotFound,
        $"No matching route found. It is likely because the model specified in your request is not configured in the Gateway. (model '{Shorten(exchange.RequestedModel)}')",
        "model");

    /// <summary>The answer when the schemas of the rule's backends do not have the endpoint.</summary>
    public static Rejection Unsupported(Exchange exchange) => new(
        GatewayError.UnsupportedEndpoint,
        $"Model '{Shorten(exchange.RequestedModel)}' is served by backends whose schema has no {exchange.Endpoint.Suffix}; use an endpoint of its provider, or another model.",
        "model");

    private static string Shorten(string model) => model.Length <= 200 ? model : model[..200] + "…";
}
