using System.Net;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using static AiGateway.Gateway.Tests.Support.ScriptedEngine;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>The gateway in external mode with a service that is not ours: streams, messages and attributes are those that Envoy would send.</summary>
public sealed class ExternalModeTests
{
    private const string Path = ScriptedEngine.ChatPath;

    [Fact]
    public async Task Exchange_OneAttempt_HasEnvoysMessages()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(Engine);
        await using var gateway = await StartGatewayAsync(new TestSnapshot().Route("m", upstream.Port), service);

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat, ("authorization", "Bearer of-the-client"));

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, body));
        Assert.Equal(["RequestHeaders", "RequestBody", "RequestHeaders", "ResponseHeaders", "ResponseBody"], service.Messages.Select(seen => seen.Kind.ToString()));
        var (router, attempt, answer) = (service.Messages[0], service.Messages[2], service.Messages[3]);
        Assert.Empty(router.Attributes);
        Assert.Equal("Bearer of-the-client", router.Headers["authorization"]);
        Assert.Equal(ProcessingMode.Types.BodySendMode.Buffered, router.Message!.ProtocolConfig.RequestBodyMode);
        Assert.Equal(("default/backend-0/route/test/rule/0/ref/0", "default/test"), (attempt.Attributes[Backend], attempt.Attributes["xds.route_metadata.filter_metadata['aigateway.envoy.io']['aigw_route_name']"]));
        Assert.Equal("m", attempt.Headers["x-ai-eg-model"]);
        Assert.Equal("via_upstream", answer.Attributes["response.code_details"]);
        Assert.Equal("Bearer key-of-default/backend-0/route/test/rule/0/ref/0", Assert.Single(upstream.Requests).Headers["authorization"]);
    }

    [Fact]
    public async Task SecondAttempt_SeesTheHeadOfTheFirstAndTheBodyOfTheClient()
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, "{}"));
        second.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => IsAttempt(seen, out var backend) && backend.Contains("backend-0", StringComparison.Ordinal)
            ? Replacing(seen, """{"first":true}""", ("authorization", "Bearer first"), (":path", "/first"))
            : Engine(seen));
        var snapshot = new TestSnapshot();
        snapshot.Rule("m", [snapshot.Backend(first.Port), snapshot.Backend(second.Port, priority: 1)]);
        await using var gateway = await StartGatewayAsync(snapshot, service);

        var (response, _) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("/first", """{"first":true}""", "14"), (first.Requests[0].Target, first.Requests[0].BodyText, first.Requests[0].Headers["content-length"]));
        var later = service.Messages.Last(seen => IsAttempt(seen, out _));
        Assert.Equal(("/first", "Bearer first"), (later.Headers[":path"], later.Headers["authorization"])); // as Envoy: the service must rebuild them
        Assert.Equal(Samples.Chat, Assert.Single(second.Requests).BodyText);
        Assert.Single(service.Messages, seen => seen.Kind == InboundKind.ResponseHeaders); // a failed attempt never reaches the router level
    }

    [Fact]
    public async Task ImmediateResponse_ForAnAttempt_IsNotRepeatedAndPassesTheRouterLevel()
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var service = await StartAsync(seen => IsAttempt(seen, out _) ? Immediate(503, "not this one") : Engine(seen));
        var snapshot = new TestSnapshot();
        snapshot.Rule("m", [snapshot.Backend(upstream.Port), snapshot.Backend(upstream.Port, priority: 1)]);
        await using var gateway = await StartGatewayAsync(snapshot, service);

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal((503, "not this one"), ((int)response.StatusCode, body));
        Assert.Empty(upstream.Requests);
        Assert.Equal("denied_by_test", service.Messages.Single(seen => seen.Kind == InboundKind.ResponseHeaders).Attributes["response.code_details"]);
    }

    [Theory]
    [InlineData(InboundKind.RequestHeaders)]
    [InlineData(InboundKind.RequestBody)]
    [InlineData(InboundKind.ResponseHeaders)]
    [InlineData(InboundKind.ResponseBody)]
    public async Task Service_FailsInAPhase_ClientGetsAnErrorInItsDialect(InboundKind phase)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => seen.Kind == phase ? throw new GrpcException(GrpcStatusCode.Internal, "broken") : Engine(seen));
        await using var gateway = await StartGatewayAsync(new TestSnapshot().Route("m", upstream.Port), service);

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("processor_failed", JsonElement.Parse(body).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Service_LostWhileTheBackendIsSilent_ClientIsToldAtOnce()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Silence());
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var die = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await StartAsync(async (stream, scripted) =>
        {
            while (await stream.ReadAsync() is (true, var message))
            {
                var seen = scripted.Note(message);
                await stream.WriteAsync(Engine(seen)!);
                if (seen.Kind != InboundKind.RequestBody) continue;
                asked.SetResult();
                await die.Task;
                throw new GrpcException(GrpcStatusCode.Unavailable, "gone");
            }
        });
        await using var gateway = await StartGatewayAsync(new TestSnapshot().Route("m", upstream.Port), service);

        var answer = gateway.AskAsync(Path, Samples.Chat);
        await asked.Task;
        await upstream.WaitUntilAsync(mock => mock.Requests.Count == 1, TestContext.Current.CancellationToken);
        die.SetResult();
        var (response, body) = await answer;

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("processor_failed", JsonElement.Parse(body).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Service_EndsAnAttemptsStreamUnanswered_NothingGoesOutWithAnEarlierCredential()
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, "{}"));
        await using var service = await StartAsync(seen => IsAttempt(seen, out var backend) && backend.Contains("backend-1", StringComparison.Ordinal) ? throw new EndException() : Engine(seen));
        var snapshot = new TestSnapshot();
        snapshot.Rule("m", [snapshot.Backend(first.Port), snapshot.Backend(second.Port, priority: 1)]);
        await using var gateway = await StartGatewayAsync(snapshot, service);

        var (response, _) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(second.Requests);
    }

    [Fact]
    public async Task ClientsHeaders_ThatSteerAProxy_NeverReachTheService()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(Engine);
        await using var gateway = await StartGatewayAsync(new TestSnapshot().Route("m", upstream.Port), service);

        await gateway.AskAsync(Path, Samples.Chat, ("x-ai-eg-model", "other"), ("x-ai-eg-internal-req-id", "forged"), ("x-envoy-original-path", "/x"), ("x-gateway-destination-endpoint", "10.0.0.1:1"));

        Assert.DoesNotContain(service.Messages[0].Headers.Keys, name => name.StartsWith("x-ai-eg-", StringComparison.Ordinal) || name.StartsWith("x-envoy-", StringComparison.Ordinal) || name == "x-gateway-destination-endpoint");
    }

    [Fact]
    public async Task Stream_ModeOverridden_IsPassedPieceByPiece()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var service = await StartAsync(Engine);
        await using var gateway = await StartGatewayAsync(new TestSnapshot().Route("m", upstream.Port), service);
        var asked = gateway.PostAsync(Path, Samples.ChatStream);
        feed.Send(Samples.ChatEvents[0]);
        using var response = await asked;
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(new byte[Samples.ChatEvents[0].Length], TestContext.Current.CancellationToken);
        foreach (var next in Samples.ChatEvents[1..]) feed.Send(next);
        feed.Complete();
        using var reader = new StreamReader(stream);

        Assert.Equal(Samples.Joined(Samples.ChatEvents[1..]), await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static ProcessingResponse Replacing(Seen seen, string body, params (string Name, string Value)[] headers)
    {
        var answer = Answer(seen, new CommonResponse { Status = CommonResponse.Types.ResponseStatus.ContinueAndReplace, HeaderMutation = Set(headers), BodyMutation = new BodyMutation { Body = ByteString.CopyFromUtf8(body) } });
        answer.DynamicMetadata = new Struct { Fields = { ["io.envoy.ai_gateway"] = Value.ForStruct(new Struct { Fields = { ["content_length"] = Value.ForNumber(body.Length) } }) } };
        return answer;
    }
}
