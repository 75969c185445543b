using System.Collections.Concurrent;

namespace AiGateway.TestSupport.Upstream;

/// <summary>
/// Decides which answer a request gets: the queue first, then rules in the order they were added, then the handler. Answers that
/// start before the request body was read are looked for when the head is there.
/// </summary>
internal sealed class AnswerBook
{
    private readonly ConcurrentQueue<MockAnswer> _queue = new();
    private readonly ConcurrentQueue<(Func<RecordedRequest, bool> Fits, MockAnswer Answer)> _rules = new();
    private volatile Func<RecordedRequest, MockAnswer>? _handler;
    private volatile Func<RecordedRequest, MockAnswer?>? _headHandler;

    public void Enqueue(MockAnswer answer) => _queue.Enqueue(answer);

    public void Add(Func<RecordedRequest, bool> fits, MockAnswer answer) => _rules.Enqueue((fits, answer));

    public void SetHandler(Func<RecordedRequest, MockAnswer> handler) => _handler = handler;

    public void SetHeadHandler(Func<RecordedRequest, MockAnswer?> handler) => _headHandler = handler;

    /// <summary>An answer that does not wait for the body, or null.</summary>
    public MockAnswer? ChooseOnHead(RecordedRequest request)
    {
        if (_queue.TryPeek(out var next))
            return IsEarly(next) && _queue.TryDequeue(out next) ? next : null;
        foreach (var (fits, answer) in _rules)
        {
            if (IsEarly(answer) && fits(request))
                return answer;
        }

        return _headHandler?.Invoke(request);
    }

    /// <summary>The answer to a request whose body has been read.</summary>
    public MockAnswer Choose(RecordedRequest request)
    {
        if (_queue.TryDequeue(out var next))
            return next;
        foreach (var (fits, answer) in _rules)
        {
            if (fits(request))
                return answer;
        }

        return _handler?.Invoke(request)
            ?? MockAnswer.Text(501, $"MockUpstream has no answer for {request.Method} {request.Target} (model {request.Model ?? "none"}).");
    }

    private static bool IsEarly(MockAnswer answer) => answer.RequestBody != RequestBodyPolicy.ReadFirst;
}
