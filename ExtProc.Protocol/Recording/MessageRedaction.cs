using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>Takes credentials, and unless told otherwise content, out of the messages of one stream, in their order.</summary>
/// <param name="keepsBodies">Bodies stay as they are.</param>
public sealed class MessageRedaction(bool keepsBodies)
{
    private static readonly ByteString s_redacted = ByteString.CopyFromUtf8(SecretNames.Redacted);

    private readonly BodyRedaction _requestBody = new();
    private readonly BodyRedaction _responseBody = new();
    private readonly BodyRedaction _changedBody = new();
    private string? _requestCoding;
    private string? _responseCoding;
    private bool _requestBegun;
    private bool _responseBegun;
    private bool _changeBegun;

    /// <summary>The bytes of a <c>ProcessingRequest</c> as they may be recorded.</summary>
    public ReadOnlyMemory<byte> Request(ReadOnlyMemory<byte> bytes)
    {
        ProcessingRequest message;
        try
        {
            message = ProcessingRequest.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return default; // cannot be read, so cannot be cleaned
        }

        Apply(message);
        return message.ToByteArray();
    }

    /// <summary>The bytes of a <c>ProcessingResponse</c> as they may be recorded.</summary>
    public ReadOnlyMemory<byte> Response(ReadOnlyMemory<byte> bytes)
    {
        ProcessingResponse message;
        try
        {
            message = ProcessingResponse.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return default;
        }

        Apply(message);
        return message.ToByteArray();
    }

    /// <summary>Cleans a message in place.</summary>
    public void Apply(ProcessingRequest message)
    {
        switch (message.RequestCase)
        {
            case ProcessingRequest.RequestOneofCase.RequestHeaders:
                _requestCoding = Coding(message.RequestHeaders.Headers);
                Clean(message.RequestHeaders.Headers);
                break;
            case ProcessingRequest.RequestOneofCase.ResponseHeaders:
                _responseCoding = Coding(message.ResponseHeaders.Headers);
                Clean(message.ResponseHeaders.Headers);
                break;
            case ProcessingRequest.RequestOneofCase.RequestBody:
                message.RequestBody.Body = Clean(message.RequestBody.Body, _requestBody, _requestCoding, message.RequestBody.EndOfStream && !_requestBegun);
                _requestBegun = true;
                break;
            case ProcessingRequest.RequestOneofCase.ResponseBody:
                message.ResponseBody.Body = Clean(message.ResponseBody.Body, _responseBody, _responseCoding, message.ResponseBody.EndOfStream && !_responseBegun);
                _responseBegun = true;
                break;
            case ProcessingRequest.RequestOneofCase.RequestTrailers:
                Clean(message.RequestTrailers.Trailers);
                break;
            case ProcessingRequest.RequestOneofCase.ResponseTrailers:
                Clean(message.ResponseTrailers.Trailers);
                break;
        }

        foreach (var attributes in message.Attributes.Values) Clean(attributes);
        foreach (var metadata in message.MetadataContext?.FilterMetadata.Values ?? (IEnumerable<Struct>)[]) Clean(metadata);
        message.MetadataContext?.TypedFilterMetadata.Clear(); // opaque bytes
    }

    /// <summary>Cleans an answer in place.</summary>
    public void Apply(ProcessingResponse message)
    {
        switch (message.ResponseCase)
        {
            case ProcessingResponse.ResponseOneofCase.RequestHeaders:
                Clean(message.RequestHeaders.Response, new BodyRedaction(), _requestCoding, whole: true);
                break;
            case ProcessingResponse.ResponseOneofCase.RequestBody:
                Clean(message.RequestBody.Response, new BodyRedaction(), _requestCoding, whole: true);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseHeaders:
                Clean(message.ResponseHeaders.Response, new BodyRedaction(), coding: null, whole: true);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseBody:
                Clean(message.ResponseBody.Response, _changedBody, coding: null, whole: !_changeBegun);
                _changeBegun = true;
                break;
            case ProcessingResponse.ResponseOneofCase.RequestTrailers:
                Clean(message.RequestTrailers.HeaderMutation);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseTrailers:
                Clean(message.ResponseTrailers.HeaderMutation);
                break;
            case ProcessingResponse.ResponseOneofCase.ImmediateResponse:
                Clean(message.ImmediateResponse.Headers);
                message.ImmediateResponse.Body = Clean(message.ImmediateResponse.Body, new BodyRedaction(), coding: null, whole: true);
                break;
        }

        if (message.DynamicMetadata is { } metadata) Clean(metadata);
    }

    private void Clean(CommonResponse? response, BodyRedaction redaction, string? coding, bool whole)
    {
        if (response is null) return;
        Clean(response.HeaderMutation);
        if (response.Trailers is { } trailers) Clean(trailers);
        switch (response.BodyMutation?.MutationCase)
        {
            case BodyMutation.MutationOneofCase.Body:
                response.BodyMutation.Body = Clean(response.BodyMutation.Body, redaction, coding, whole);
                break;
            case BodyMutation.MutationOneofCase.StreamedResponse:
                var piece = response.BodyMutation.StreamedResponse;
                piece.Body = Clean(piece.Body, redaction, coding, whole && piece.EndOfStream);
                break;
        }
    }

    private ByteString Clean(ByteString body, BodyRedaction redaction, string? coding, bool whole) =>
        keepsBodies || body.IsEmpty ? body : UnsafeByteOperations.UnsafeWrap(redaction.Apply(body.ToByteArray(), coding, whole));

    private static string? Coding(HeaderMap? headers)
    {
        foreach (var header in headers?.Headers ?? [])
        {
            if (header.Key == "content-encoding") return header.RawValue.ToStringUtf8();
        }

        return null;
    }

    private static void Clean(HeaderMap? headers)
    {
        foreach (var header in headers?.Headers ?? []) Clean(header);
    }

    private static void Clean(HeaderMutation? mutation)
    {
        foreach (var option in mutation?.SetHeaders ?? [])
        {
            if (option.Header is { } header) Clean(header);
        }
    }

    private static void Clean(HeaderValue header)
    {
        if (SecretNames.IsSecret(header.Key))
        {
            if (!header.RawValue.IsEmpty) header.RawValue = s_redacted;
            if (header.Value.Length > 0) header.Value = SecretNames.Redacted;
            return;
        }

        if (header.RawValue.Span.Contains((byte)'?')) header.RawValue = ByteString.CopyFromUtf8(SecretNames.Redact(header.Key, header.RawValue.ToStringUtf8()));
        if (header.Value.Contains('?', StringComparison.Ordinal)) header.Value = SecretNames.Redact(header.Key, header.Value);
    }

    private static void Clean(Struct values)
    {
        foreach (var (name, value) in values.Fields) Clean(name, value);
    }

    private static void Clean(string name, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue:
                value.StringValue = SecretNames.Redact(name, value.StringValue);
                break;
            case Value.KindOneofCase.StructValue:
                Clean(value.StructValue);
                break;
            case Value.KindOneofCase.ListValue:
                foreach (var item in value.ListValue.Values) Clean(name, item);
                break;
        }
    }
}
