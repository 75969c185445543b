using System.Buffers;
using AiGateway.ExtProc.Protocol.Tests.Support;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Tests;

/// <summary>Answers with large bodies: sliced out, and otherwise what the generated parser reads.</summary>
public sealed class OutboundCodecTests
{
    private static readonly OutboundCodec s_codec = new();

    public static TheoryData<string> Places() => ["request headers", "request body", "response body", "streamed", "immediate"];

    [Theory]
    [MemberData(nameof(Places))]
    public void Read_LargeBody_IsASliceOfTheBytes(string place)
    {
        var body = new byte[100_000];
        Random.Shared.NextBytes(body);
        var answer = Answer(place, ByteString.CopyFrom(body));
        answer.ModeOverride = new();
        var bytes = answer.ToByteArray();

        var read = s_codec.Read(Segments.Of(bytes, [7, 90, 4000, 60_000]));

        Assert.NotNull(read.Slice);
        Assert.Equal(body, Bytes(read));
        Assert.Equal(Answer(place, ByteString.Empty).ResponseCase, read.Message.ResponseCase);
        Assert.NotNull(read.Message.ModeOverride);
        if (place != "immediate") Assert.Equal("x-added", read.Common!.HeaderMutation.SetHeaders.Single().Header.Key);
        Assert.Throws<ArgumentException>(() => s_codec.Size(read));
    }

    [Fact]
    public void Read_SmallAnswer_HasNoSlice()
    {
        var read = s_codec.Read(new ReadOnlySequence<byte>(Answer("request body", ByteString.CopyFromUtf8("small")).ToByteArray()));

        Assert.Null(read.Slice);
        Assert.Equal("small"u8.ToArray(), Bytes(read));
    }

    [Fact]
    public void Read_NoBody_ChangesNothing() => Assert.Null(s_codec.Read(new ReadOnlySequence<byte>(new ProcessingResponse { RequestBody = new BodyResponse() }.ToByteArray())).NewBody);

    [Fact]
    public void Read_AnyAnswerDoubledOrDamaged_AgreesWithTheGeneratedParser()
    {
        var place = Gen.Elements(Places().Select(row => row.Data).ToArray());
        var size = Gen.Choose(0, 40_000);
        var damage = Gen.Choose(0, 3);
        var cases = from first in place from second in place from length in size from kind in damage from at in Gen.Choose(0, 100_000) select (first, second, length, kind, at);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), input =>
        {
            byte[] bytes = Answer(input.first, ByteString.CopyFrom(new byte[input.length])).ToByteArray();
            if (input.kind == 1) bytes = [.. bytes, .. Answer(input.second, ByteString.CopyFrom(new byte[input.length / 2])).ToByteArray()];
            if (input.kind == 2) bytes = bytes[..(input.at % bytes.Length)];
            if (input.kind == 3) bytes[input.at % Math.Min(bytes.Length, 60)] ^= 0x15;
            var expected = Parse(() => new OutboundMessage(ProcessingResponse.Parser.ParseFrom(bytes), null));
            var actual = Parse(() => s_codec.Read(Segments.Of(bytes, [3, 50, 9000])));
            if (expected is null || actual is null) return expected is null && actual is null;
            return expected.Value.Message.ResponseCase == actual.Value.Message.ResponseCase && Bytes(expected.Value).AsSpan().SequenceEqual(Bytes(actual.Value));
        }));
    }

    private static OutboundMessage? Parse(Func<OutboundMessage> parse)
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

    private static byte[] Bytes(OutboundMessage message)
    {
        if (message.Message.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) return message.ImmediateBody.ToArray();
        return message.Piece is null ? message.NewBody?.ToArray() ?? [] : message.PieceBytes.ToArray();
    }

    private static ProcessingResponse Answer(string place, ByteString body)
    {
        var common = new CommonResponse { HeaderMutation = new HeaderMutation { SetHeaders = { new HeaderValueOption { Header = new HeaderValue { Key = "x-added" } } } }, BodyMutation = new BodyMutation { Body = body } };
        return place switch
        {
            "request headers" => new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = common } },
            "request body" => new ProcessingResponse { RequestBody = new BodyResponse { Response = common } },
            "response body" => new ProcessingResponse { ResponseBody = new BodyResponse { Response = common } },
            "streamed" => new ProcessingResponse { ResponseBody = new BodyResponse { Response = new CommonResponse { HeaderMutation = common.HeaderMutation, BodyMutation = new BodyMutation { StreamedResponse = new StreamedBodyResponse { Body = body } } } } },
            _ => new ProcessingResponse { ImmediateResponse = new ImmediateResponse { Body = body } },
        };
    }
}
