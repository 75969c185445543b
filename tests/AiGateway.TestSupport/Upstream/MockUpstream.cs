using AiGateway.TestSupport.Upstream.Http1;
using AiGateway.TestSupport.Upstream.Http2;

namespace AiGateway.TestSupport.Upstream;

/// <summary>
/// A model provider that does what the test says, on a real socket of 127.0.0.1. It records every request and counts connections,
/// so a test can assert what arrived and when the other side went away.
/// </summary>
/// <example>
/// <code>
/// await using var upstream = await MockUpstream.StartAsync();
/// upstream.Enqueue(MockAnswer.TooManyRequests(TimeSpan.FromSeconds(1), "{}"), MockAnswer.Sse("data: [DONE]\n\n").CutEvery(1));
/// </code>
/// </example>
public sealed class MockUpstream : IAsyncDisposable
{
    private readonly AnswerBook _book;
    private readonly RequestLog _log;
    private readonly IUpstreamServer _server;
    private readonly bool _isTls;
    private int _taken;

    private MockUpstream(AnswerBook book, RequestLog log, IUpstreamServer server, bool isTls)
    {
        _book = book;
        _log = log;
        _server = server;
        _isTls = isTls;
    }

    public int Port => _server.Port;

    /// <summary>Scheme, address and port, without a path.</summary>
    public Uri Endpoint => new($"{(_isTls ? "https" : "http")}://127.0.0.1:{Port}");

    /// <summary>All requests in the order in which their heads arrived.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Requests;

    /// <summary>What the other side did against HTTP/1.1. A gateway must leave this empty, whatever its clients send.</summary>
    public IReadOnlyList<string> ProtocolErrors => _log.ProtocolErrors;

    /// <summary>Exceptions of answer handlers; the request got a 500 with the message.</summary>
    public IReadOnlyList<Exception> Failures => _log.Failures;

    public int ConnectionsAccepted => _log.ConnectionsAccepted;

    public int ConnectionsOpen => _log.ConnectionsOpen;

    /// <summary>Bytes read from sockets; on HTTP/2 bytes of request bodies.</summary>
    public long BytesReceived => _log.BytesReceived;

    /// <summary>Bytes handed to sockets; on HTTP/2 bytes of response bodies.</summary>
    public long BytesSent => _log.BytesSent;

    public static async Task<MockUpstream> StartAsync(MockUpstreamOptions? options = null)
    {
        options ??= new MockUpstreamOptions();
        var book = new AnswerBook();
        var log = new RequestLog(options.Clock);
        IUpstreamServer server = options.Http2
            ? await KestrelUpstream.StartAsync(book, log, options)
            : Http1Upstream.Start(book, log, options);
        return new MockUpstream(book, log, server, options.Tls is not null);
    }

    /// <summary>Answers everything that no queue entry and no rule answers.</summary>
    public MockUpstream Answer(Func<RecordedRequest, MockAnswer> handler)
    {
        _book.SetHandler(handler);
        return this;
    }

    /// <inheritdoc cref="Answer(Func{RecordedRequest, MockAnswer})"/>
    public MockUpstream Answer(MockAnswer answer) => Answer(_ => answer);

    /// <summary>Asked when a head is there and the body is not; null means to read the body first.</summary>
    public MockUpstream AnswerOnHead(Func<RecordedRequest, MockAnswer?> handler)
    {
        _book.SetHeadHandler(handler);
        return this;
    }

    /// <summary>Answers for the next requests, one each, before any rule.</summary>
    public MockUpstream Enqueue(params MockAnswer[] answers)
    {
        foreach (var answer in answers)
            _book.Enqueue(answer);
        return this;
    }

    /// <summary>Answers every request to this path (without the query).</summary>
    public MockUpstream ForPath(string path, MockAnswer answer) => When(request => request.Path == path, answer);

    /// <summary>Answers every request whose JSON body names this model.</summary>
    public MockUpstream ForModel(string model, MockAnswer answer) => When(request => request.Model == model, answer);

    /// <summary>Answers every request that fits; rules are asked in the order they were added.</summary>
    public MockUpstream When(Func<RecordedRequest, bool> fits, MockAnswer answer)
    {
        _book.Add(fits, answer);
        return this;
    }

    /// <summary>The next request that is ready to be answered and was not returned by this method before.</summary>
    public async Task<RecordedRequest> NextRequestAsync(CancellationToken cancellationToken)
    {
        var position = Interlocked.Increment(ref _taken) - 1;
        await _log.Changed.WaitUntilAsync(() => _log.Ready.Count > position, cancellationToken);
        return _log.Ready[position];
    }

    /// <summary>Waits until the sender of that request has closed or reset its connection (on HTTP/2: the stream).</summary>
    public async Task<PeerEnd> WaitForDisconnectAsync(int requestIndex, CancellationToken cancellationToken)
    {
        await _log.Changed.WaitUntilAsync(() => _log.Requests.Count > requestIndex, cancellationToken);
        return await _log.Requests[requestIndex].Disconnected.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until counters or requests satisfy the condition, for example <c>u => u.ConnectionsOpen == 0</c>.</summary>
    public Task WaitUntilAsync(Func<MockUpstream, bool> condition, CancellationToken cancellationToken) =>
        _log.Changed.WaitUntilAsync(() => condition(this), cancellationToken);

    /// <summary>Closes the listener and every connection.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
