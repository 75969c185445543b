using System.Buffers;
using AiGateway.ExtProc.Protocol.Tests.Support;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Protocol.Tests;

public sealed class InboundCodecTests
{
    private const int Large = 16 << 20;

    private static readonly InboundCodec s_codec = new();

    [Fact]
    public void Read_RequestHeaders_IsTheGeneratedMessage()
    {
        var message = new ProcessingRequest
        {
            RequestHeaders = new HttpHeaders { Headers = new HeaderMap { Headers = { new HeaderValue { Key = ":path", RawValue = ByteString.CopyFromUtf8("/v1/models") } } }, EndOfStream = true },
            Attributes = { ["envoy.filters.http.ext_proc"] = new Struct { Fields = { ["xds.route_name"] = Value.ForString("r") } } },
        };

        var read = Read(message.ToByteArray());

        Assert.Equal(InboundKind.RequestHeaders, read.Kind);
        Assert.Equal(message, read.Message);
        Assert.True(read.EndOfStream);
        Assert.False(read.IsBody);
    }

    [Fact]
    public void Read_BodyWithEmptyMetadata_HasNoContext()
    {
        // As Envoy sends it.
        var message = new ProcessingRequest { RequestBody = new HttpBody { Body = ByteString.CopyFromUtf8("{}"), EndOfStream = true }, MetadataContext = new Metadata() };

        var read = Read(message.ToByteArray());

        Assert.Equal(InboundKind.RequestBody, read.Kind);
        Assert.Equal("{}"u8.ToArray(), read.Body.ToArray());
        Assert.True(read.EndOfStream);
        Assert.Null(read.Message);
        Assert.Null(read.Context);
    }

    [Fact]
    public void Read_BodyWithMetadata_KeepsIt()
    {
        var metadata = new Metadata { FilterMetadata = { ["ns"] = new Struct { Fields = { ["key"] = Value.ForString("value") } } } };
        var message = new ProcessingRequest { ResponseBody = new HttpBody { Body = ByteString.CopyFromUtf8("data: 1\n\n") }, MetadataContext = metadata };

        var read = Read(message.ToByteArray());

        Assert.Equal(InboundKind.ResponseBody, read.Kind);
        Assert.Equal(metadata, read.Context!.MetadataContext);
        Assert.Equal(ProcessingRequest.RequestOneofCase.None, read.Context.RequestCase);
        Assert.False(read.EndOfStream);
    }

    [Fact]
    public void Read_Body_IsASliceOfWhatWasReceived()
    {
        var bytes = new ProcessingRequest { RequestBody = new HttpBody { Body = ByteString.CopyFromUtf8("body") } }.ToByteArray();

        var read = s_codec.Read(new ReadOnlySequence<byte>(bytes));
        bytes.AsSpan().Fill((byte)'x');

        Assert.Equal("xxxx"u8.ToArray(), read.Body.ToArray());
    }

    [Fact]
    public void Read_TwoPartsInOneMessage_TheLaterWins()
    {
        var body = new ProcessingRequest { RequestBody = new HttpBody { Body = ByteString.CopyFromUtf8("body") } }.ToByteArray();
        var headers = new ProcessingRequest { ResponseHeaders = new HttpHeaders() }.ToByteArray();

        Assert.Equal(InboundKind.ResponseHeaders, Read([.. body, .. headers]).Kind);
        Assert.Equal(InboundKind.RequestBody, Read([.. headers, .. body]).Kind);
        Assert.Equal("body"u8.ToArray(), Read([.. headers, .. body]).Body.ToArray());
    }

    [Fact]
    public void Read_NoPart_IsUnknown() => Assert.Equal(InboundKind.Unknown, Read([]).Kind);

    [Theory]
    [InlineData("22057f")] // body that is longer than the message
    [InlineData("2203")]
    [InlineData("220208")] // number without an end inside the body
    [InlineData("00")] // field 0
    [InlineData("ff")]
    [InlineData("1202ffff")] // headers
    public void Read_Malformed_Throws(string hex) => Assert.Throws<InvalidProtocolBufferException>(() => Read(Convert.FromHexString(hex)));

    [Fact]
    public void Read_LargeBodyInPieces_AllocatesNothingOfItsSize()
    {
        var message = new ProcessingRequest { RequestBody = new HttpBody { Body = UnsafeByteOperations.UnsafeWrap(new byte[Large]), EndOfStream = true }, MetadataContext = new Metadata() };
        var pieces = Segments.Of(message.ToByteArray(), 4096);
        s_codec.Read(pieces); // compiled and static data made

        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = s_codec.Read(pieces);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Large, read.Body.Length);
        Assert.InRange(allocated, 0, 1024);
    }

    [Fact]
    public void Write_LargeBody_AllocatesNothingOfItsSize()
    {
        var message = InboundMessage.OfBody(InboundKind.ResponseBody, Segments.Of(new byte[Large], 4096), endOfStream: true);
        var output = new CountingWriter();
        s_codec.Write(message, output);
        var expected = s_codec.Size(message);
        output.Count = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        s_codec.Write(message, output);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(expected, output.Count);
        Assert.InRange(allocated, 0, 1024);
    }

    [Fact]
    public void OfBody_HeadersKind_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => InboundMessage.OfBody(InboundKind.RequestHeaders, default, endOfStream: false));

    [Fact]
    public void Write_ContextWithAnotherPart_Throws()
    {
        var message = InboundMessage.OfBody(InboundKind.RequestBody, default, endOfStream: false, new ProcessingRequest { RequestHeaders = new HttpHeaders() });

        Assert.Throws<ArgumentException>(() => s_codec.Size(message));
    }

    private static InboundMessage Read(byte[] bytes) => s_codec.Read(new ReadOnlySequence<byte>(bytes));

    private sealed class CountingWriter : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[4096];

        public long Count { get; set; }

        public void Advance(int count) => Count += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
