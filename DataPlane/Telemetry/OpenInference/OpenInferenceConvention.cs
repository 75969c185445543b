using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Telemetry.OpenInference.Api;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Spans in the OpenInference vocabulary, which Arize Phoenix reads. Pure and safe for concurrent use.</summary>
public sealed class OpenInferenceConvention : ISpanConvention
{
    private readonly OpenInferenceOptions _options;
    private readonly Action<string, Exception>? _dropped;

    /// <summary>Creates the convention.</summary>
    /// <param name="options">What is hidden and bounded.</param>
    /// <param name="dropped">Told of every extraction that failed and was left out (its name and why); must not throw.</param>
    public OpenInferenceConvention(OpenInferenceOptions options, Action<string, Exception>? dropped = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _dropped = dropped;
    }

    /// <inheritdoc/>
    public SpanRecord Build(ExchangeCapture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        using var reading = ExchangeReading.Of(capture, _options.FoldLimit, _dropped);
        return Build(reading);
    }

    /// <summary>As <see cref="Build(ExchangeCapture)"/>, from bodies that were read already.</summary>
    internal SpanRecord Build(ExchangeReading reading)
    {
        var capture = reading.Capture;
        var api = ApiCatalog.Of(capture.Endpoint);
        var draft = new SpanDraft(_options, reading, _dropped);
        draft.Attributes.Set(SpanKind, api.Kind);
        draft.Try("models", () => WriteModels(draft, api));
        draft.Try("request", () => WriteRequest(draft, api));
        if (ShowsAnswer(reading)) draft.Try("response", () => WriteResponse(draft, api));
        draft.Try("mapped attributes", () => MappedAttributes.WriteHeaders(draft));
        draft.Try("product attributes", () => MappedAttributes.WriteProduct(draft.Attributes, capture));
        if (reading.Truncated) draft.Metadata.Add("truncated", true);
        draft.Attributes.Set(Metadata, draft.Metadata.ToJson());

        var failure = Failure(reading);
        return new SpanRecord
        {
            Name = api.Name,
            Kind = ActivityKind.Internal,
            Attributes = draft.Attributes.ToList(),
            Events = [.. Events(capture, failure)],
            Status = reading.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error,
            StatusDescription = failure is null ? (reading.Succeeded ? null : "client cancelled") : $"{failure.Type}: {failure.Message}",
        };
    }

    private static void WriteModels(SpanDraft draft, IApiSpans api)
    {
        var reading = draft.Reading;
        var attributes = draft.Attributes;
        if (api.System is not null)
        {
            attributes.Set(LlmSystem, api.System);
            attributes.Set(Provider, ModelProvider.Of(reading.Capture.Schema, reading.Capture.UpstreamHost)?.OpenInference);
        }

        var requested = reading.RequestedModel;
        attributes.Set(api.ModelAttribute, reading.ResponseModel ?? requested);
        if (api.Kind != "LLM" || requested is null) return;
        if (!reading.Capture.ModelOverridden && (reading.ResponseModel is null || reading.ResponseModel == requested)) return;
        attributes.Set(RequestModelName, requested);
        attributes.Set(ResponseModelName, reading.ResponseModel);
    }

    private static void WriteRequest(SpanDraft draft, IApiSpans api)
    {
        var request = draft.Reading.Request;
        draft.Attributes.SetBody(InputValue, InputMimeType, request);
        if (request.Root is { } root) api.WriteRequest(draft, root);
    }

    private static void WriteResponse(SpanDraft draft, IApiSpans api)
    {
        var reading = draft.Reading;
        if (reading.Response.Root is { } root) api.WriteResponse(draft, root);
        draft.Try("output value", () => api.WriteOutputValue(draft));
        if (api.HasUsage && reading.Usage is { } usage) draft.Try("token counts", () => TokenCounts.Of(reading.Capture.Endpoint, usage).WriteTo(draft.Attributes));
    }

    // Of a failed exchange only what a stream brought before it broke; half of a plain body is worse than none.
    private static bool ShowsAnswer(ExchangeReading reading)
        => reading.HasAnswer && (reading.Succeeded || reading.Capture.Streamed || reading.Response.IsJson);

    private ExchangeError? Failure(ExchangeReading reading)
        => reading.Succeeded || reading.Capture.Outcome == ExchangeOutcome.ClientCancelled ? null : ExchangeError.Of(reading, showBody: !_options.HideOutputs);

    private static IEnumerable<SpanEvent> Events(ExchangeCapture capture, ExchangeError? failure)
    {
        if (capture is { Streamed: true, FirstTokenAt: { } at, Status: >= 200 and < 300 }) yield return new SpanEvent(FirstTokenEvent, at, []);
        if (failure is null) yield break;
        yield return new SpanEvent("exception", null,
        [
            KeyValuePair.Create<string, object>("exception.type", failure.Type),
            KeyValuePair.Create<string, object>("exception.message", failure.Message),
        ]);
    }
}
