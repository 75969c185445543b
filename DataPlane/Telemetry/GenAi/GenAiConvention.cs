using System.Diagnostics;
using System.Globalization;
using AiGateway.Contracts;
using AiGateway.DataPlane.Telemetry.OpenInference;
using static AiGateway.DataPlane.Telemetry.GenAi.GenAiNames;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>Spans in the vocabulary of the OpenTelemetry GenAI semantic conventions. Pure and safe for concurrent use.</summary>
public sealed class GenAiConvention : ISpanConvention
{
    private readonly OpenInferenceOptions _masking;
    private readonly OpenInferenceConvention _openInference;
    private readonly bool _captureContent;
    private readonly Action<string, Exception>? _dropped;

    /// <summary>Creates the convention.</summary>
    /// <param name="captureContent">Whether message content may be written (<c>OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT</c>).</param>
    /// <param name="masking">What is hidden of content even so.</param>
    /// <param name="dropped">Told of every extraction that failed and was left out; must not throw.</param>
    public GenAiConvention(bool captureContent, OpenInferenceOptions masking, Action<string, Exception>? dropped = null)
    {
        ArgumentNullException.ThrowIfNull(masking);
        _captureContent = captureContent;
        _masking = masking;
        _dropped = dropped;
        _openInference = new OpenInferenceConvention(masking, dropped);
    }

    /// <inheritdoc/>
    public SpanRecord Build(ExchangeCapture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        using var reading = ExchangeReading.Of(capture, _masking.FoldLimit, _dropped);
        var draft = new SpanDraft(_masking, reading, _dropped);
        Write(draft, _captureContent ? _openInference.Build(reading).Attributes : []);
        if (!reading.Succeeded) draft.Attributes.Set(ErrorType, ErrorTypeOf(reading));
        draft.Try("mapped attributes", () => MappedAttributes.WriteHeaders(draft));
        draft.Try("product attributes", () => MappedAttributes.WriteProduct(draft.Attributes, capture));
        if (reading.Truncated) draft.Metadata.Add("truncated", true);
        draft.Attributes.Set(OpenInferenceNames.Metadata, draft.Metadata.ToJson());
        var operation = GenAiOperation.Of(capture.Endpoint);
        return new SpanRecord
        {
            Name = Model(reading) is { } model ? $"{operation} {JsonRepair.Text(model)}" : operation,
            Kind = ActivityKind.Client,
            Attributes = draft.Attributes.ToList(),
            Status = reading.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error,
            StatusDescription = Description(reading),
        };
    }

    /// <summary>Writes the <c>gen_ai.*</c> attributes; <c>error.type</c> is left to the caller, whose vocabulary decides it.</summary>
    /// <param name="draft">Where to.</param>
    /// <param name="openInference">The masked attributes of the other vocabulary, source of the content; may be empty.</param>
    internal void Write(SpanDraft draft, IReadOnlyList<KeyValuePair<string, object>> openInference)
    {
        var reading = draft.Reading;
        var attributes = draft.Attributes;
        draft.Try("operation", () =>
        {
            attributes.Set(OperationName, GenAiOperation.Of(reading.Capture.Endpoint));
            attributes.Set(ProviderName, ModelProvider.Of(reading.Capture.Schema, reading.Capture.UpstreamHost)?.GenAi);
            attributes.Set(RequestModel, Model(reading));
            attributes.Set(OutputType, GenAiRequestParameters.OutputType(reading));
        });
        draft.Try("session", () => WriteConversation(attributes, reading.Capture));
        if (reading.Request.Root is { } request && !_masking.HideLlmInvocationParameters) draft.Try("request parameters", () => GenAiRequestParameters.Write(attributes, reading.Capture.Endpoint, request));
        draft.Try("response facts", () => GenAiResponse.Write(attributes, reading));
        if (_captureContent) draft.Try("message content", () => GenAiContent.Write(attributes, openInference, reading));
    }

    // The model that the provider was asked for; the client's name only when no attempt was made.
    private static string? Model(ExchangeReading reading) => reading.Capture.UpstreamModel is { Length: > 0 } sent ? sent : reading.RequestedModel;

    private static void WriteConversation(SpanAttributes attributes, ExchangeCapture capture)
    {
        var session = capture.MappedAttributes.FirstOrDefault(attribute => attribute.Key == OpenInferenceNames.SessionId).Value;
        attributes.Set(ConversationId, session);
    }

    private static string ErrorTypeOf(ExchangeReading reading)
    {
        if (reading.Capture.Outcome == ExchangeOutcome.ClientCancelled) return "cancelled";
        if (reading.Capture.Outcome == ExchangeOutcome.TimedOut) return "timeout";
        return reading.Capture.Status switch
        {
            500 or 502 or 503 => "500",
            >= 400 and < 600 and var status => status.ToString(CultureInfo.InvariantCulture),
            _ => "_OTHER",
        };
    }

    private string? Description(ExchangeReading reading)
    {
        if (reading.Succeeded) return null;
        if (reading.Capture.Outcome == ExchangeOutcome.ClientCancelled) return "client cancelled";
        return ExchangeError.Of(reading, _captureContent && !_masking.HideOutputs).Message;
    }
}
