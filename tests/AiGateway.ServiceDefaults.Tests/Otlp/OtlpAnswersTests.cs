using AiGateway.ServiceDefaults.Otlp;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

public sealed class OtlpAnswersTests
{
    [Fact]
    public void Status_WithRetryInfo_GivesMessageAndDelay()
    {
        var status = Status("type.googleapis.com/google.rpc.RetryInfo", seconds: 2, nanoseconds: 500_000_000);
        Assert.Equal(("slow down", TimeSpan.FromSeconds(2.5)), OtlpAnswers.Status(status));
    }

    [Fact]
    public void Status_WithOtherDetail_HasNoDelay() =>
        Assert.Null(OtlpAnswers.Status(Status("type.googleapis.com/google.rpc.DebugInfo", 2, 0)).RetryAfter);

    [Fact]
    public void Status_CutAnywhere_IsReadWithoutFault()
    {
        var status = Status("type.googleapis.com/google.rpc.RetryInfo", 2, 0);
        for (var length = 0; length < status.Length; length++)
            Assert.True(OtlpAnswers.Status(status.AsSpan(0, length)).Message is "" or "slow down");
    }

    [Fact]
    public void Response_PartialSuccess_GivesRejectedItems()
    {
        var writer = new ProtobufWriter();
        var partial = writer.Begin(1);
        writer.Varint(1, 3);
        writer.Text(2, "too\nold");
        writer.End(partial);
        Assert.Equal(new SendResult(SendOutcome.Accepted, "200", RejectedItems: 3, Message: "too old"), OtlpAnswers.Accepted(writer.Written.Span, "200"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0a00")]
    [InlineData("ff")]
    public void Response_EmptyOrBroken_MeansFullSuccess(string hex) =>
        Assert.Equal(new SendResult(SendOutcome.Accepted, "200"), OtlpAnswers.Accepted(Convert.FromHexString(hex), "200"));

    private static byte[] Status(string type, ulong seconds, ulong nanoseconds)
    {
        var writer = new ProtobufWriter();
        writer.Varint(1, 8);
        writer.Text(2, "slow down");
        var any = writer.Begin(3);
        writer.Text(1, type);
        var value = writer.Begin(2);
        var duration = writer.Begin(1);
        writer.Varint(1, seconds);
        writer.Varint(2, nanoseconds);
        writer.End(duration);
        writer.End(value);
        writer.End(any);
        return writer.Written.ToArray();
    }
}
