using System.Buffers;
using System.Globalization;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>Messages to Envoy, with the spellings that it needs: values in <c>raw_value</c>, always overwriting.</summary>
internal static class Answers
{
    /// <summary>Namespace of everything the service tells Envoy's access log and rate limits.</summary>
    public const string MetadataNamespace = "io.envoy.ai_gateway";

    /// <summary>Key in it that joins upstream streams to their exchange, for filters that drop the header.</summary>
    public const string InternalIdKey = "internal_req_id";

    /// <summary>An answer of the kind that belongs to a message, changing nothing.</summary>
    public static ProcessingResponse Nothing(InboundKind kind) => kind switch
    {
        InboundKind.RequestHeaders => new ProcessingResponse { RequestHeaders = new HeadersResponse() },
        InboundKind.ResponseHeaders => new ProcessingResponse { ResponseHeaders = new HeadersResponse() },
        InboundKind.RequestBody => new ProcessingResponse { RequestBody = new BodyResponse() },
        InboundKind.ResponseBody => new ProcessingResponse { ResponseBody = new BodyResponse() },
        InboundKind.RequestTrailers => new ProcessingResponse { RequestTrailers = new TrailersResponse() },
        InboundKind.ResponseTrailers => new ProcessingResponse { ResponseTrailers = new TrailersResponse() },
        _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, "the message carries nothing that this version knows"),
    };

    /// <summary>Sets a header; an earlier value of the name goes.</summary>
    public static void Set(this HeaderMutation mutation, string name, ByteString value) => mutation.SetHeaders.Add(new HeaderValueOption
    {
        Header = new HeaderValue { Key = name, RawValue = value },
        AppendAction = HeaderValueOption.Types.HeaderAppendAction.OverwriteIfExistsOrAdd,
    });

    /// <inheritdoc cref="Set(HeaderMutation, string, ByteString)"/>
    public static void Set(this HeaderMutation mutation, string name, string value) => mutation.Set(name, ByteString.CopyFromUtf8(value));

    /// <summary>Sets a header to a number.</summary>
    public static void Set(this HeaderMutation mutation, string name, long value) => mutation.Set(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An error of the gateway as the whole answer, in the caller's dialect.</summary>
    /// <param name="dialect">The caller's.</param>
    /// <param name="rejection">What is wrong.</param>
    /// <param name="requestId">Finds the log entry.</param>
    /// <param name="allow">Methods for a 405.</param>
    public static ProcessingResponse Refuse(Dialect dialect, Rejection rejection, string requestId, string? allow = null)
    {
        var body = new ArrayBufferWriter<byte>(512);
        ErrorBody.Write(body, dialect, rejection.Error, rejection.Message, rejection.Param, requestId);
        var answer = Immediate(rejection.Error.Status, GrpcStatus(rejection.Error.Status), body.WrittenMemory, requestId);
        answer.ImmediateResponse.Details = rejection.Error.Code;
        if (allow is not null) answer.ImmediateResponse.Headers.Set("allow", allow);
        if (rejection.Error == GatewayError.Draining || rejection.Error == GatewayError.NotConfigured) answer.ImmediateResponse.Headers.Set("retry-after", 1);
        return answer;
    }

    /// <summary>A model list, or one model of it.</summary>
    /// <param name="endpoint">Which list.</param>
    /// <param name="head">The request.</param>
    /// <param name="models">What the host shows.</param>
    /// <param name="id">One model, or null for the list.</param>
    /// <param name="requestId">Finds the log entry.</param>
    public static ProcessingResponse Catalogue(EndpointDescriptor endpoint, EnvoyRequestHead head, IReadOnlyList<Model> models, string? id, string requestId)
    {
        var dialect = CataloguePhase.DialectOf(endpoint, head);
        if (!CataloguePhase.Takes(head.Method)) return Refuse(dialect, new Rejection(GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes GET, not {head.Method}"), requestId, "GET");
        var body = new ArrayBufferWriter<byte>(1024);
        return CataloguePhase.Write(body, dialect, models, id, head.QueryValue) is { } rejected ? Refuse(dialect, rejected, requestId) : Immediate(200, 0, body.WrittenMemory, requestId);
    }

    /// <summary>A whole JSON answer that no backend is asked for.</summary>
    public static ProcessingResponse Immediate(int status, uint grpcStatus, ReadOnlyMemory<byte> json, string requestId)
    {
        var headers = new HeaderMutation();
        headers.Set("content-type", "application/json");
        headers.Set("content-length", json.Length);
        headers.Set("x-request-id", requestId);
        return new ProcessingResponse
        {
            ImmediateResponse = new ImmediateResponse
            {
                Status = new Envoy.Type.V3.HttpStatus { Code = (Envoy.Type.V3.StatusCode)status },
                Headers = headers,
                Body = UnsafeByteOperations.UnsafeWrap(json),
                GrpcStatus = new Envoy.Service.ExtProc.V3.GrpcStatus { Status = grpcStatus },
            },
        };
    }

    /// <summary>A piece of a body for a filter in FULL_DUPLEX_STREAMED mode, the only kind of body answer that it takes.</summary>
    public static ProcessingResponse Piece(ReadOnlyMemory<byte> body, bool endOfStream) => new()
    {
        ResponseBody = new BodyResponse
        {
            Response = new CommonResponse { BodyMutation = new BodyMutation { StreamedResponse = new StreamedBodyResponse { Body = UnsafeByteOperations.UnsafeWrap(body), EndOfStream = endOfStream } } },
        },
    };

    /// <summary>Dynamic metadata under the service's namespace.</summary>
    public static Struct Metadata(Struct values) => new() { Fields = { [MetadataNamespace] = Value.ForStruct(values) } };

    /// <summary>gRPC's code for an HTTP status (the mapping of googleapis' <c>code.proto</c>).</summary>
    private static uint GrpcStatus(int status) => status switch
    {
        400 or 413 or 415 or 422 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        405 => 12,
        408 or 504 => 4,
        429 => 8,
        502 or 503 => 14,
        _ => 13,
    };
}
