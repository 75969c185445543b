using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>Plays one case against a service and holds each answer against what Envoy takes.</summary>
internal sealed class FuzzRun(ServiceUnderTest service, CancellationToken cancellationToken)
{
    private readonly Dictionary<int, Opened> _streams = [];
    private string _id = "not-yet";
    private int _begun;

    /// <summary>Plays all steps, resets what is open, and waits until the service has forgotten it.</summary>
    public async Task PlayAsync(IReadOnlyList<FuzzStep> steps)
    {
        var before = service.Records.Count;
        foreach (var step in steps) await PlayAsync(step);
        foreach (var stream in _streams.Values)
        {
            if (!stream.Over && stream.SpeaksFreely) await DrainAsync(stream);
            await stream.Wire.DisposeAsync();
        }

        await service.ExpectQuietAsync();
        Assert.InRange(service.Records.Count - before, _begun, _streams.Count);
    }

    private async Task PlayAsync(FuzzStep step)
    {
        if (!_streams.TryGetValue(step.Stream, out var stream)) _streams[step.Stream] = stream = new Opened(service.Open(cancellationToken));
        if (stream.Over) return;
        switch (step.Kind)
        {
            case FuzzStepKind.Reset:
                stream.Over = true;
                await stream.Wire.DisposeAsync();
                return;
            case FuzzStepKind.HalfClose:
                if (!stream.Used) return; // nothing was said: the call has not even begun
                await DrainAsync(stream);
                return;
        }

        var message = WithLiveId(step.Message);
        if (!stream.Used)
        {
            stream.Used = true;
            stream.Observed = message.Message?.ObservabilityMode == true;
            stream.IsAttempt = message.Message?.Attributes.Count > 0;
            stream.Duplex = message.Message?.ProtocolConfig?.ResponseBodyMode == BodySendMode.FullDuplexStreamed;
        }

        await stream.Wire.SendAsync(message);
        if (!stream.SpeaksFreely) await AnsweredAsync(stream, message);
    }

    /// <summary>Exactly one answer of the message's kind, or an immediate response and the end, or a status that is not OK.</summary>
    private async Task AnsweredAsync(Opened stream, InboundMessage message)
    {
        ProcessingResponse answer;
        try
        {
            if (!stream.MayBeOver) answer = await stream.Wire.ReadAsync();
            else if (await stream.Wire.TryReadAsync() is { } more) answer = more;
            else
            {
                stream.Over = true; // it had its last answer before this message
                return;
            }
        }
        catch (GrpcException exception)
        {
            Defined(exception.Code);
            stream.Over = true;
            return;
        }

        if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse)
        {
            Assert.InRange((int)answer.ImmediateResponse.Status.Code, 200, 599);
            Assert.Equal(GrpcStatusCode.OK, (await stream.Wire.EndAsync()).Code);
            stream.Over = true;
            return;
        }

        Assert.Equal(message.Kind.ToString(), answer.ResponseCase.ToString());
        Remember(answer);
        stream.MayBeOver |= stream.IsAttempt || message is { EndOfStream: true, Kind: InboundKind.ResponseHeaders or InboundKind.ResponseBody } or { Kind: InboundKind.ResponseTrailers };
    }

    /// <summary>Half-closes and reads to the end: any number of answers, a defined status.</summary>
    private async Task DrainAsync(Opened stream)
    {
        stream.Over = true;
        await stream.Wire.CloseAsync();
        try
        {
            while (await stream.Wire.TryReadAsync() is { } answer)
            {
                Assert.False(stream.Observed, $"an answer to an observing filter: {answer}");
                Assert.NotEqual(ProcessingResponse.ResponseOneofCase.None, answer.ResponseCase);
                if (stream.Duplex && answer.ResponseBody?.Response is { } body) Assert.NotNull(body.BodyMutation?.StreamedResponse);
                Remember(answer);
            }
        }
        catch (GrpcException exception)
        {
            Defined(exception.Code);
        }
    }

    private static void Defined(GrpcStatusCode code) =>
        Assert.Contains(code, (GrpcStatusCode[])[GrpcStatusCode.Internal, GrpcStatusCode.InvalidArgument, GrpcStatusCode.FailedPrecondition, GrpcStatusCode.Aborted, GrpcStatusCode.ResourceExhausted]);

    private void Remember(ProcessingResponse answer)
    {
        if (answer.RequestHeaders?.Response.Sets(Messages.IdHeader) is not { } id) return;
        _id = id;
        _begun++;
    }

    private InboundMessage WithLiveId(InboundMessage message)
    {
        if (message is not { Kind: InboundKind.RequestHeaders, Message: { } request }) return message;
        var sent = request.Clone();
        foreach (var header in sent.RequestHeaders.Headers.Headers.Where(header => header.RawValue.ToStringUtf8() == FuzzSteps.LiveId)) header.RawValue = ByteString.CopyFromUtf8(_id);
        return InboundMessage.Of(sent);
    }

    private sealed class Opened(EnvoyStream wire)
    {
        public EnvoyStream Wire { get; } = wire;

        public bool Used { get; set; }

        public bool Over { get; set; }

        public bool Observed { get; set; }

        public bool IsAttempt { get; set; }

        public bool Duplex { get; set; }

        /// <summary>The service may have given its last answer.</summary>
        public bool MayBeOver { get; set; }

        /// <summary>Its answers are not one for one.</summary>
        public bool SpeaksFreely => Observed || Duplex;
    }
}
