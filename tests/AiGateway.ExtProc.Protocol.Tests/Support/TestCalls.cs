using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>The method that most tests call.</summary>
internal static class TestCalls
{
    public const string Path = "/test.Test/Call";

    public static DuplexCall<string, string> Call(this GrpcChannel channel, GrpcCallOptions? options = null, CancellationToken cancellationToken = default) =>
        channel.Duplex(Path, TextCodec.Instance, TextCodec.Instance, options, cancellationToken);

    /// <summary>The next message, which must be there.</summary>
    public static async Task<string> NextAsync(this DuplexCall<string, string> call)
    {
        var (hasMessage, message) = await call.ReadAsync();
        Assert.True(hasMessage, "The call ended where a message was expected.");
        return message;
    }

    /// <summary>The end with OK, which must come now.</summary>
    public static async Task EndAsync(this DuplexCall<string, string> call) => Assert.False((await call.ReadAsync()).HasMessage);

    /// <summary>The failure, which must come now.</summary>
    public static async Task<GrpcException> FailureAsync(this DuplexCall<string, string> call) => await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync());

    /// <summary>Sends one message back.</summary>
    public static async Task EchoOnceAsync(ServerStream<string, string> stream) => await stream.WriteAsync((await stream.ReadAsync()).Message);

    /// <summary>Sends back what comes.</summary>
    public static async Task EchoAsync(ServerStream<string, string> stream)
    {
        while (await stream.ReadAsync() is (true, var message)) await stream.WriteAsync(message);
    }
}
