using AiGateway.ExtProc.Protocol;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Processing;

/// <summary>A stream that does not begin with request headers: an earlier filter answered the request, and only its response comes by.</summary>
internal sealed class PassThrough : IPhases
{
    public bool IsOver => false;

    public ProcessingResponse? Answer(in InboundMessage message) => Answers.Nothing(message.Kind);

    public void Sent()
    {
    }

    public void Closed(StreamEnd end)
    {
    }

    public void Dispose()
    {
    }
}
