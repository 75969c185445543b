using System.Buffers;
using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry.OpenInference.Folding;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>The bodies of one exchange, read once for every vocabulary: the request, and the answer as one object whether it was streamed or not.</summary>
internal sealed class ExchangeReading : IDisposable
{
    private ExchangeReading(ExchangeCapture capture, JsonBody request, JsonBody response)
    {
        Capture = capture;
        Request = request;
        Response = response;
    }

    /// <summary>What was kept.</summary>
    public ExchangeCapture Capture { get; }

    /// <summary>The request; for a form the object of its text fields.</summary>
    public JsonBody Request { get; }

    /// <summary>The answer; folded when it was streamed. Empty when there is none that may be recorded.</summary>
    public JsonBody Response { get; }

    /// <summary>The error inside a stream or of a failed response object, as JSON.</summary>
    public JsonElement? EmbeddedError { get; private init; }

    /// <summary>Usage that the client did not see.</summary>
    public JsonElement? HiddenUsage { get; private init; }

    /// <summary>Whether something was cut, in the capture or in the fold.</summary>
    public bool Truncated { get; private init; }

    /// <summary>Whether the client had a 2xx status.</summary>
    public bool HasAnswer => Capture.Status is >= 200 and < 300;

    /// <summary>Whether the exchange was delivered whole and without an error inside.</summary>
    public bool Succeeded => HasAnswer && Capture.Outcome == ExchangeOutcome.Succeeded && EmbeddedError is null;

    /// <summary>Where the usage stands: the hidden one, else the answer's.</summary>
    public JsonElement? Usage => HiddenUsage ?? Response.Root?.Object("usage");

    /// <summary>Model that the client asked for; null when it named none.</summary>
    public string? RequestedModel => Capture.RequestedModel is { Length: > 0 } model ? model : Request.Root?.Text("model");

    /// <summary>Model that the answer names.</summary>
    public string? ResponseModel => HasAnswer ? Response.Root?.Text("model") : null;

    /// <summary>Reads a capture; broken bodies give empty parts.</summary>
    /// <param name="capture">What was kept.</param>
    /// <param name="foldLimit">Characters of streamed text that are kept.</param>
    /// <param name="dropped">Told when the bodies had to be left out.</param>
    public static ExchangeReading Of(ExchangeCapture capture, int foldLimit, Action<string, Exception>? dropped)
    {
        ExchangeReading? reading = null;
        SpanDraft.Guard("bodies", () => reading = Read(capture with { ResponseBody = CredentialMask.Apply(capture.ResponseBody, capture.Credentials) }, foldLimit), dropped);
        return reading ?? new ExchangeReading(capture with { ResponseBody = default }, JsonBody.Read(default), JsonBody.Read(default)) { Truncated = true };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Request.Dispose();
        Response.Dispose();
    }

    private static ExchangeReading Read(ExchangeCapture capture, int foldLimit)
    {
        var request = ReadRequest(capture);
        if (capture.Status is < 200 or >= 300)
            return new ExchangeReading(capture, request, JsonBody.Read(default)) { Truncated = capture.RequestTruncated };
        return capture.Streamed ? Fold(capture, request, foldLimit) : Whole(capture, request);
    }

    private static JsonBody ReadRequest(ExchangeCapture capture)
    {
        if (MultipartFields.IsMultipart(capture.RequestContentType))
            return JsonBody.Read(MultipartFields.ToJson(capture.RequestBody, capture.RequestContentType));
        // Half a body is worse than none: nothing can be read from it, nothing in it can be cleaned.
        return JsonBody.Read(capture.RequestTruncated ? default : capture.RequestBody);
    }

    private static ExchangeReading Whole(ExchangeCapture capture, JsonBody request)
    {
        var isSound = capture.Endpoint is EndpointKind.AudioSpeech;
        var response = JsonBody.Read(isSound || capture.ResponseTruncated ? default : capture.ResponseBody);
        return new ExchangeReading(capture, request, response)
        {
            EmbeddedError = FailedResponse(capture, response.Root),
            Truncated = capture.RequestTruncated || capture.ResponseTruncated,
        };
    }

    private static ExchangeReading Fold(ExchangeCapture capture, JsonBody request, int foldLimit)
    {
        var fold = NewFold(capture, foldLimit);
        fold.AddAll(capture.ResponseBody);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MinimalJsonEncoder.WriterOptions))
        {
            if (!fold.TryWrite(writer)) writer.Reset();
        }

        var response = JsonBody.Read(CredentialMask.Apply(buffer.WrittenMemory, capture.Credentials)); // events may have cut it in two
        return new ExchangeReading(capture, request, response)
        {
            EmbeddedError = fold.Error ?? FailedResponse(capture, response.Root),
            HiddenUsage = fold.HiddenUsage,
            Truncated = capture.RequestTruncated || capture.ResponseTruncated || fold.Truncated,
        };
    }

    private static StreamFold NewFold(ExchangeCapture capture, int limit) => capture.Endpoint switch
    {
        EndpointKind.ChatCompletions => new ChatFold(limit, capture.UsageChunkHidden),
        EndpointKind.Completions => new CompletionFold(limit, capture.UsageChunkHidden),
        EndpointKind.Responses => new ResponsesFold(limit),
        EndpointKind.Messages => new MessagesFold(limit),
        _ => new FinalEventFold(limit),
    };

    // The Responses API reports a generation that failed with status 200 and an error inside.
    private static JsonElement? FailedResponse(ExchangeCapture capture, JsonElement? response)
        => capture.Endpoint == EndpointKind.Responses && response is { } root && root.String("status") == "failed" && root.Object("error") is not null ? root : null;
}
