using System.Buffers;
using AiGateway.ExtProc.Protocol.Tests.Support;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Tests;

/// <summary>The slicing reader against the generated parser, which is the truth.</summary>
public sealed class InboundCodecPropertyTests
{
    private static readonly InboundCodec s_codec = new();
    private static readonly Config s_runs = Config.QuickThrowOnFailure.WithMaxTest(4000);

    // Empty pieces are part of it: pipes may hand over such.
    private static readonly Gen<int[]> s_cuts = Gen.ArrayOf(Gen.Choose(0, 40));

    [Fact]
    public void Read_AnyMessageInAnyPieces_IsWhatTheGeneratedParserReads() =>
        Check.One(s_runs, Prop.ForAll(Cases(ProcessingRequests.Any.Select(message => message.ToByteArray())), Agrees));

    [Fact]
    public void Read_DamagedBytesInAnyPieces_AgreesWithTheGeneratedParser() =>
        Check.One(s_runs, Prop.ForAll(Cases(ProcessingRequests.Wire), Agrees));

    [Fact]
    public void Write_WhatWasRead_IsTheSameMessage() => Check.One(s_runs, Prop.ForAll(Cases(ProcessingRequests.Any.Select(message => message.ToByteArray())), input =>
    {
        var message = s_codec.Read(Segments.Of(input.Bytes, input.Cuts));
        var output = new ArrayBufferWriter<byte>();
        s_codec.Write(message, output);
        return output.WrittenCount == s_codec.Size(message) && Normal(ProcessingRequest.Parser.ParseFrom(output.WrittenSpan)).Equals(Normal(ProcessingRequest.Parser.ParseFrom(input.Bytes)));
    }));

    private static Arbitrary<Input> Cases(Gen<byte[]> bytes) => (from b in bytes from cuts in s_cuts select new Input(b, cuts)).ToArbitrary();

    private static bool Agrees(Input input)
    {
        var expected = Parse(() => ProcessingRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(input.Bytes));
        var actual = Parse(() => Whole(s_codec.Read(Segments.Of(input.Bytes, input.Cuts))));
        return expected is null || actual is null ? expected is null && actual is null : Normal(expected).Equals(Normal(actual));
    }

    private static ProcessingRequest? Parse(Func<ProcessingRequest> parse)
    {
        try
        {
            return parse();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The generated message that says the same; its kind comes from <see cref="InboundMessage.Kind"/> alone.</summary>
    private static ProcessingRequest Whole(InboundMessage message)
    {
        if (!message.IsBody)
        {
            Assert.Equal(message.Kind.ToString(), message.Message!.RequestCase == ProcessingRequest.RequestOneofCase.None ? "Unknown" : message.Message.RequestCase.ToString());
            return message.Message;
        }

        Assert.Null(message.Message);
        var whole = message.Context?.Clone() ?? new ProcessingRequest();
        Assert.Equal(ProcessingRequest.RequestOneofCase.None, whole.RequestCase);
        var body = new HttpBody
        {
            Body = ByteString.CopyFrom(message.Body.ToArray()),
            EndOfStream = message.EndOfStream,
            EndOfStreamWithoutMessage = message.EndOfStreamWithoutMessage,
            GrpcMessageCompressed = message.GrpcMessageCompressed,
        };
        if (message.Kind == InboundKind.RequestBody) whole.RequestBody = body;
        else whole.ResponseBody = body;
        return whole;
    }

    // A body's empty metadata is not kept.
    private static ProcessingRequest Normal(ProcessingRequest message)
    {
        var normal = message.Clone();
        if (normal.MetadataContext is { } metadata && metadata.Equals(new Metadata())) normal.MetadataContext = null;
        return normal;
    }

    private sealed record Input(byte[] Bytes, int[] Cuts)
    {
        public override string ToString() => $"{Convert.ToHexString(Bytes)} cut at {string.Join(' ', Cuts)}";
    }
}
