using System.IO.Pipelines;
using System.Text;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class MessageReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Read_AnySplit_GivesTheSameMessages(int size)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        byte[] bytes = [.. RawCall.Frame("first"u8), .. RawCall.Frame([]), .. RawCall.Frame("third message"u8)];
        var pipe = new Pipe();
        var reader = Reader(pipe);
        var written = WriteAsync(pipe, bytes, size);

        Assert.Equal((true, "first"), await reader.ReadAsync(deadline));
        Assert.Equal((true, ""), await reader.ReadAsync(deadline));
        Assert.Equal((true, "third message"), await reader.ReadAsync(deadline));
        Assert.False((await reader.ReadAsync(deadline)).HasMessage);
        await written;
    }

    [Fact]
    public async Task Read_Slice_StaysUntilTheNextRead()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 16));
        var reader = new MessageReader<System.Buffers.ReadOnlySequence<byte>>(pipe.Reader, SliceCodec.Instance, int.MaxValue, null, GrpcStatusCode.Internal);
        await pipe.Writer.WriteAsync(RawCall.Frame(new byte[64].AsSpan()), deadline);
        var (_, first) = await reader.ReadAsync(deadline);

        await pipe.Writer.WriteAsync(RawCall.Frame(Enumerable.Repeat((byte)1, 64).ToArray()), deadline);

        Assert.All(System.Buffers.BuffersExtensions.ToArray(first), value => Assert.Equal(0, value));
        Assert.All(System.Buffers.BuffersExtensions.ToArray((await reader.ReadAsync(deadline)).Message), value => Assert.Equal(1, value));
    }

    [Theory]
    [InlineData("0000000005aabb", GrpcStatusCode.Internal)] // the body is cut
    [InlineData("0000", GrpcStatusCode.Internal)] // the header is cut
    [InlineData("0100000000", GrpcStatusCode.Internal)] // compressed with nothing
    [InlineData("0200000000", GrpcStatusCode.Internal)] // no such flag
    [InlineData("0000000011", GrpcStatusCode.ResourceExhausted)] // longer than 16
    [InlineData("0080000000", GrpcStatusCode.ResourceExhausted)]
    [InlineData("00ffffffff", GrpcStatusCode.ResourceExhausted)]
    public async Task Read_BrokenFrame_IsRefused(string hex, GrpcStatusCode expected)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var pipe = new Pipe();
        await WriteAsync(pipe, Convert.FromHexString(hex), 1000);

        var refusal = await Assert.ThrowsAsync<GrpcException>(async () => await Reader(pipe, maxMessageBytes: 16).ReadAsync(deadline));

        Assert.Equal(expected, refusal.Code);
    }

    [Fact]
    public async Task ReadSingle_MoreThanOne_IsRefused()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var pipe = new Pipe();
        await WriteAsync(pipe, [.. RawCall.Frame("one"u8), .. RawCall.Frame("two"u8)], 1000);

        Assert.Equal(GrpcStatusCode.Internal, (await Assert.ThrowsAsync<GrpcException>(async () => await Reader(pipe).ReadSingleAsync(deadline))).Code);
    }

    [Fact]
    public async Task ReadSingle_None_IsRefused()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var pipe = new Pipe();
        await pipe.Writer.CompleteAsync();

        Assert.Equal(GrpcStatusCode.Internal, (await Assert.ThrowsAsync<GrpcException>(async () => await Reader(pipe).ReadSingleAsync(deadline))).Code);
    }

    [Fact]
    public void Write_Message_HasHeaderAndPayload()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();

        MessageFrame.Write(output, TextCodec.Instance, "hello");

        Assert.Equal(RawCall.Frame(Encoding.UTF8.GetBytes("hello")), output.WrittenSpan.ToArray());
    }

    private static MessageReader<string> Reader(Pipe pipe, int maxMessageBytes = int.MaxValue) =>
        new(pipe.Reader, TextCodec.Instance, maxMessageBytes, null, GrpcStatusCode.Internal);

    private static async Task WriteAsync(Pipe pipe, byte[] bytes, int size)
    {
        foreach (var piece in bytes.Chunk(size)) await pipe.Writer.WriteAsync(piece);
        await pipe.Writer.CompleteAsync();
    }
}
