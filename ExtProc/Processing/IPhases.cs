using AiGateway.ExtProc.Protocol;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Processing;

/// <summary>What one ext_proc stream does with its messages. Used by one stream, one message at a time; nothing in it waits.</summary>
internal interface IPhases : IDisposable
{
    /// <summary>
    /// Nothing more is to be read once the answer is sent: the stream ends with it. Waiting for Envoy to reset the stream would end in an exception, and that
    /// costs more than all the messages.
    /// </summary>
    bool IsOver { get; }

    /// <summary>An answer is being held back until more of the exchange is there.</summary>
    bool OwesAnswer => false;

    /// <summary>Answers a message.</summary>
    /// <returns>Null when Envoy waits for no answer, or not yet for one.</returns>
    /// <exception cref="Protocol.Grpc.GrpcException">The message cannot be answered; Envoy fails the request.</exception>
    ProcessingResponse? Answer(in InboundMessage message);

    /// <summary>What else the last message is answered with; null when that was all.</summary>
    ProcessingResponse? Next() => null;

    /// <summary>The answer is on the wire; what it borrowed may be given back.</summary>
    void Sent();

    /// <summary>The stream is over: completes what is open and gives everything back. Called once, on every path.</summary>
    /// <param name="end">How it ended.</param>
    void Closed(StreamEnd end);
}

/// <summary>How a stream ended.</summary>
internal enum StreamEnd
{
    /// <summary>Envoy half-closed or reset it: the normal end, or the client or backend left.</summary>
    Peer,

    /// <summary>The service ended it after its last answer.</summary>
    Answered,

    /// <summary>A message could not be answered.</summary>
    Failed,
}
