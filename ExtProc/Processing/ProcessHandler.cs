using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using Envoy.Service.ExtProc.V3;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// Serves ext_proc streams: reads a message, answers it, reads the next. A stream never ends with OK while an answer is owed, because Envoy would then
/// let the request pass unprocessed; whatever cannot be answered ends the stream with an error.
/// </summary>
internal sealed partial class ProcessHandler(Engine engine, FlightRecorder? recorder, ILogger<ProcessHandler> log)
{
    /// <summary>Method path of the service.</summary>
    public const string Path = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

    private const string FailedMessage = "the service failed; its log has the exception";

    /// <summary>Serves one stream to its end.</summary>
    public async Task HandleAsync(ServerStream<InboundMessage, ProcessingResponse> stream)
    {
        IPhases? phases = null;
        StreamRecording? recording = null;
        var end = StreamEnd.Peer;
        try
        {
            while (await stream.ReadAsync() is (true, var message))
            {
                if (recording is not null) recording.Request(message);
                else if (phases is null) recording = recorder?.Begin(stream.Metadata(), message);
                phases ??= Open(message, stream);
                end = StreamEnd.Failed;
                var answer = phases.Answer(message);
                end = StreamEnd.Peer;
                while (answer is not null)
                {
                    if (phases.IsOver) stream.WriteLast(answer);
                    else await stream.WriteAsync(answer);
                    recording?.Response(answer);
                    phases.Sent();
                    answer = phases.Next();
                }

                if (!phases.IsOver) continue;
                end = StreamEnd.Answered;
                recording?.Ended(GrpcStatusCode.OK, "");
                return;
            }

            recording?.HalfClosed();
            if (phases?.OwesAnswer == true) throw new GrpcException(GrpcStatusCode.Aborted, "the stream was closed before the answer that it waits for was complete");
            recording?.Ended(GrpcStatusCode.OK, "");
        }
        catch (GrpcException exception)
        {
            Refused(log, exception.Code, exception.Message);
            recording?.Ended(exception.Code, exception.Message);
            throw;
        }
        catch (Exception exception) when (end == StreamEnd.Failed) // stream boundary: Envoy fails this request, others go on
        {
            Failed(log, exception);
            recording?.Ended(GrpcStatusCode.Internal, FailedMessage);
            throw new GrpcException(GrpcStatusCode.Internal, FailedMessage, exception);
        }
        finally
        {
            recording?.Reset(); // when nothing else ended it
            phases?.Closed(end);
        }
    }

    private IPhases Open(in InboundMessage message, ServerCall call)
    {
        if (message.Kind == InboundKind.Unknown) throw new GrpcException(GrpcStatusCode.InvalidArgument, "the first message carries no request");
        if (IsObserved(message)) return new ObservedStream(engine);
        if (message.Kind != InboundKind.RequestHeaders) return new PassThrough();
        return UpstreamStream.Opens(message, engine.Registry) ? new UpstreamStream(engine) : new RouterStream(engine, call);
    }

    private static bool IsObserved(in InboundMessage message) => message.Message?.ObservabilityMode == true || message.Context?.ObservabilityMode == true;

    [LoggerMessage(Level = LogLevel.Warning, Message = "ext_proc stream ended with {Code}: {Reason}")]
    private static partial void Refused(ILogger log, GrpcStatusCode code, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "ext_proc message could not be answered")]
    private static partial void Failed(ILogger log, Exception exception);
}
