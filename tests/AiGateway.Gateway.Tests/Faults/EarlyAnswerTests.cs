using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Faults;

/// <summary>A backend that answers over HTTP/2 before it has read the request: the body is pooled memory and must not change while it is on its way.</summary>
public sealed class EarlyAnswerTests
{
    private const int Size = 3_000_000; // more than the windows of a connection hold

    [Fact]
    public async Task Http2_AnswerBeforeTheBody_BackendNeverReadsAnotherRequest()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var late = new SyncPoint();
        await using var early = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        early.AnswerOnHead(_ => MockAnswer.Json(413, "{}") with { RequestBody = RequestBodyPolicy.AnswerFirst, BeforeRequestBody = late.ArriveAsync });
        await using var other = await MockUpstream.StartAsync();
        other.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot();
        snapshot.Rule("early", [snapshot.Backend(0, pool: snapshot.Pool(early.Port, pool => pool with { Http2 = true }))]).Route("other", other.Port);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var first = gateway.AskAsync("/v1/chat/completions", Body("early", 'a'));
        await late.WaitUntilReachedAsync(deadline);
        for (var i = 0; i < 4; i++) Assert.Equal(200, (int)(await gateway.AskAsync("/v1/chat/completions", Body("other", 'b'))).Response.StatusCode);
        late.Release();
        await first;

        await early.WaitUntilAsync(upstream => upstream.Requests[0].Answered.IsCompleted, deadline);
        Assert.DoesNotContain('b', early.Requests[0].BodyText[100..]);
    }

    private static string Body(string model, char filler) => $"{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"{new string(filler, Size)}\"}}]}}";
}
