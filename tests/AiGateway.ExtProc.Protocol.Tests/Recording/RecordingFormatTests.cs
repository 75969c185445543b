using System.Buffers;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;

namespace AiGateway.ExtProc.Protocol.Tests.Recording;

/// <summary>The bytes of a recording.</summary>
public sealed class RecordingFormatTests
{
    [Fact]
    public void File_CutAnywhere_IsReadUpToItsLastWholeRecord()
    {
        var (bytes, ends) = Sample();

        for (var length = ends[0]; length <= bytes.Length; length++)
        {
            var recording = Protocol.Recording.Recording.Read(bytes.AsMemory(0, length));

            Assert.Equal(ends.Count(end => end <= length) - 1, recording.Events.Count);
            Assert.Equal(!ends.Contains(length), recording.IsCut);
        }
    }

    [Fact]
    public void Records_Read_SayWhatWasWritten()
    {
        var recording = Protocol.Recording.Recording.Read(Sample().Bytes);

        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1_767_225_600), true), (recording.StartedAt, recording.KeepsBodies));
        Assert.Equal([RecordedEventKind.Open, RecordedEventKind.Request, RecordedEventKind.Status], recording.Events.Select(recorded => recorded.Kind));
        Assert.Equal([7, 7, 1L << 40], recording.Events.Select(recorded => recorded.Stream));
        Assert.Equal([0, 300, TimeSpan.FromDays(3).TotalMicroseconds], recording.Events.Select(recorded => recorded.At.TotalMicroseconds));
        Assert.Equal([new("a", "1"), new("é", "")], RecordingFormat.ReadOpen(recording.Events[0].Payload.Span));
        Assert.Equal(new byte[300], recording.Events[1].Payload.ToArray());
        Assert.Equal((GrpcStatusCode.Internal, "naïve"), RecordingFormat.ReadStatus(recording.Events[2].Payload.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("41494757524543")]
    [InlineData("4149475752454302")]
    [InlineData("4149475752454301")]
    [InlineData("414947575245430102FFFF")]
    [InlineData("4149475752454301FFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("00000000000000000000")]
    public void Bytes_ThatAreNoRecording_AreRefusedWithAReason(string hex) =>
        Assert.NotEmpty(Assert.Throws<FormatException>(() => Protocol.Recording.Recording.Read(Convert.FromHexString(hex))).Message);

    private static (byte[] Bytes, List<int> Ends) Sample()
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(RecordingFormat.Magic);
        var ends = new List<int>();
        foreach (var recorded in (RecordedEvent[])
        [
            new(0, default, RecordedEventKind.File, RecordingFormat.File(DateTimeOffset.FromUnixTimeSeconds(1_767_225_600), keepsBodies: true)),
            new(7, default, RecordedEventKind.Open, RecordingFormat.Open([new("a", "1"), new("é", "")])),
            new(7, TimeSpan.FromMicroseconds(300), RecordedEventKind.Request, new byte[300]),
            new(1L << 40, TimeSpan.FromDays(3), RecordedEventKind.Status, RecordingFormat.Status(GrpcStatusCode.Internal, "naïve")),
        ])
        {
            RecordingFormat.Write(output, recorded);
            ends.Add(output.WrittenCount);
        }

        return (output.WrittenSpan.ToArray(), ends);
    }
}
