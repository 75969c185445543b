using System.Buffers.Binary;
using System.Net;
using AiGateway.TestSupport.Wire;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>A call whose bytes the test writes itself, right or wrong.</summary>
internal sealed class RawCall : IDisposable
{
    private readonly HttpClient _client;

    public RawCall(GrpcServer server) => _client = Http2Client.Create(server.Port);

    public string? ContentType { get; set; } = "application/grpc";

    public Dictionary<string, string> Headers { get; } = new() { ["te"] = "trailers" };

    /// <summary>Header and payload of one message.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload, byte flag = 0, uint? length = null)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>Sends a whole body and reads the whole answer.</summary>
    public Task<RawAnswer> PostAsync(byte[] body, CancellationToken cancellationToken, string path = TestCalls.Path) => SendAsync(new ByteArrayContent(body), path, cancellationToken);

    /// <summary>Sends the beginning of a body that never ends.</summary>
    public Task<RawAnswer> PostUnendingAsync(byte[] body, CancellationToken cancellationToken) => SendAsync(new UnendingContent(body), TestCalls.Path, cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<RawAnswer> SendAsync(HttpContent content, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (ContentType is not null) content.Headers.TryAddWithoutValidation("content-type", ContentType);
        foreach (var (name, value) in Headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var fields = response.Headers.Concat(response.TrailingHeaders).ToDictionary(field => field.Key, field => string.Join(',', field.Value));
        return new RawAnswer(response.StatusCode, body, fields, response.Headers.Contains("grpc-status"));
    }

    private sealed class UnendingContent(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
