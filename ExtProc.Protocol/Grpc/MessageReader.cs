using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>
/// Messages of one direction of one call. The bytes of a message are given back to the transport when the next one is asked for, so what a codec
/// sliced out of them stays valid until then.
/// </summary>
/// <param name="pipe">Bytes of the peer.</param>
/// <param name="codec">Reads the messages.</param>
/// <param name="maxMessageBytes">A longer one is refused when its length is known, before any of it is kept.</param>
/// <param name="compression">What the peer says it compresses with; null for nothing.</param>
/// <param name="compressionRefusal">Status for a compressed message: a server answers UNIMPLEMENTED, a client reports INTERNAL.</param>
internal sealed class MessageReader<T>(PipeReader pipe, IMessageCodec<T> codec, int maxMessageBytes, string? compression, GrpcStatusCode compressionRefusal)
{
    private SequencePosition _consumed;
    private bool _holding;

    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="GrpcException">The peer broke the protocol or a limit.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(bool HasMessage, T Message)> ReadAsync(CancellationToken cancellationToken)
    {
        GiveBack();
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            Hold(result.Buffer.Start);
            if (TrySlice(result.Buffer, out var payload))
            {
                Hold(payload.End);
                return (true, Decode(payload));
            }

            if (result.IsCompleted) return End(result.Buffer);
            _holding = false;
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Reads the only message and the end of the stream.</summary>
    /// <exception cref="GrpcException">There is none, or more than one, or as for <see cref="ReadAsync"/>.</exception>
    public async ValueTask<T> ReadSingleAsync(CancellationToken cancellationToken)
    {
        GiveBack();
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            Hold(result.Buffer.Start);
            var complete = TrySlice(result.Buffer, out var payload);
            if (complete && result.Buffer.Length > payload.Length + MessageFrame.HeaderBytes) throw Broken("More than one message where one is allowed.");
            if (result.IsCompleted)
            {
                if (!complete) throw Broken(result.Buffer.IsEmpty ? "The message is missing." : "Incomplete message.");
                Hold(payload.End);
                return Decode(payload);
            }

            _holding = false;
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static GrpcException Broken(string message, Exception? inner = null) => new(GrpcStatusCode.Internal, message, inner);

    private (bool HasMessage, T Message) End(in ReadOnlySequence<byte> rest)
    {
        Hold(rest.End);
        return rest.IsEmpty ? (false, default!) : throw Broken("Incomplete message.");
    }

    private bool TrySlice(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (!MessageFrame.TryReadHeader(buffer, out var flag, out var length)) return false;
        if (flag == 1) throw RefuseCompressed();
        if (flag != 0) throw Broken("Unknown flag before a message.");
        if (length > (uint)maxMessageBytes) throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"Received message larger than max ({length} vs. {maxMessageBytes}).");
        if (buffer.Length - MessageFrame.HeaderBytes < length) return false;
        payload = buffer.Slice(MessageFrame.HeaderBytes, length);
        return true;
    }

    private GrpcException RefuseCompressed() => compression is null
        ? Broken("A message is compressed without a grpc-encoding.")
        : new GrpcException(compressionRefusal, $"grpc-encoding '{compression}' is not supported, only identity.");

    private T Decode(in ReadOnlySequence<byte> payload)
    {
        try
        {
            return codec.Read(payload);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Broken("A message cannot be read.", exception);
        }
    }

    private void Hold(SequencePosition consumed)
    {
        _consumed = consumed;
        _holding = true;
    }

    private void GiveBack()
    {
        if (!_holding) return;
        _holding = false;
        pipe.AdvanceTo(_consumed);
    }
}
