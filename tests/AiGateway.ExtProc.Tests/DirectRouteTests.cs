using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Tests;

/// <summary>A proxy that tells its port is asked to send requests on without asking again, where a rule leaves nothing to decide.</summary>
public sealed class DirectRouteTests
{
    [Fact]
    public async Task Request_OfARuleWithOneBackend_IsPreparedAtOnce()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.OpenFromPort(0, deadline);

        var head = await router.AskAsync(Messages.Request(more: [("authorization", "Bearer of-the-client"), ("x-forwarded-proto", "http"), ("x-forwarded-for", "10.0.0.1")]));
        var body = (await router.AskAsync(Messages.RequestBody(Messages.Chat()))).RequestBody.Response;
        await router.AskAsync(Messages.JsonResponse());
        await router.AskAsync(Messages.ResponseBody(Messages.Answer));

        Assert.Null(head.RequestHeaders.Response);
        Assert.True(body.ClearRouteCache);
        Assert.Equal((NameOf(TestSnapshot.Build(), 0), "Bearer key-of-first"), (body.Sets(DirectRoute.Header), body.Sets("authorization")));
        Assert.Contains("x-forwarded-for", body.HeaderMutation.RemoveHeaders);
        Assert.DoesNotContain("x-forwarded-proto", body.HeaderMutation.RemoveHeaders); // without it Envoy finds no route
        Assert.Null(body.Sets("x-ai-eg-model"));
        Assert.Null(body.BodyMutation);
        Assert.Equal((GrpcStatusCode.OK, ""), await router.EndAsync());
        var record = Assert.Single(service.Records);
        Assert.Equal((ExchangeOutcome.Succeeded, 1, 9L), (record.Outcome, record.Attempts, record.Usage.Input));
    }

    [Fact]
    public async Task Body_ThatChanges_ComesWithItsLength()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.OpenFromPort(0, deadline);

        await router.AskAsync(Messages.Request());
        var body = (await router.AskAsync(Messages.RequestBody(Messages.Chat(stream: true)))).RequestBody.Response; // usage is asked for

        Assert.Contains("include_usage", body.BodyMutation.Body.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(body.BodyMutation.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), body.Sets("content-length"));
    }

    [Fact]
    public async Task Request_OfARuleWithTwoBackends_WaitsForItsAttempts()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.OpenFromPort(0, deadline);
        await using var upstream = service.Open(deadline);

        await router.AskAsync(Messages.Request());
        var body = (await router.AskAsync(Messages.RequestBody(Messages.Chat("f")))).RequestBody.Response;
        var attempt = await upstream.AskAsync(Messages.Attempt(body.Sets(Messages.IdHeader)!, TestSnapshot.FirstOfFallback));

        Assert.Equal(("f", null, null), (body.Sets("x-ai-eg-model"), body.Sets(DirectRoute.Header), body.Sets("authorization")));
        Assert.Equal("Bearer key-of-first", attempt.RequestHeaders.Response.Sets("authorization"));
    }

    [Fact]
    public void Name_OfARule_FollowsWhereItsRequestsGo()
    {
        var snapshot = TestSnapshot.Build();
        var moved = snapshot with { Pools = [.. snapshot.Pools.Select(pool => pool with { Endpoints = [.. pool.Endpoints.Select(endpoint => endpoint with { Port = endpoint.Port + 1 })] })] };
        var rotated = snapshot with { Backends = [.. snapshot.Backends.Select(backend => backend with { Credential = null })] };

        Assert.NotNull(NameOf(snapshot, 0));
        string?[] names = [NameOf(snapshot, 0), NameOf(moved, 0), NameOf(Over(new UpstreamTlsSpec()), 0), NameOf(Over(new UpstreamTlsSpec { ServerName = "a.example" }), 0), NameOf(Over(new UpstreamTlsSpec { InsecureSkipVerify = true }), 0), NameOf(Over(new UpstreamTlsSpec { CaPem = ["-"] }), 0)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(NameOf(snapshot, 0), NameOf(rotated, 0));

        GatewaySnapshot Over(UpstreamTlsSpec tls) => snapshot with { Pools = [.. snapshot.Pools.Select(pool => pool with { Tls = tls })] };
    }

    [Fact]
    public void Name_OfARuleThatLeavesSomethingToDecide_IsNone()
    {
        var snapshot = TestSnapshot.Build();
        var route = snapshot.Routes[0];

        Assert.Null(NameOf(snapshot, 1)); // two backends
        Assert.Null(NameOf(snapshot with { Routes = [route with { Rules = [route.Rules[0] with { Retry = new RetrySpec() }, .. route.Rules.Skip(1)] }] }, 0));
        Assert.NotNull(NameOf(snapshot with { Routes = [route with { Rules = [route.Rules[0] with { Retry = new RetrySpec { NumRetries = 0 } }, .. route.Rules.Skip(1)] }] }, 0));
        Assert.Null(NameOf(snapshot with { Routes = [route with { Processors = ["default/guard"] }] }, 0));
        Assert.Null(NameOf(snapshot with { Backends = [.. snapshot.Backends.Select(backend => backend with { HeaderMutation = Setting("X-Forwarded-Proto") })] }, 0)); // the route would take it away
        Assert.NotNull(NameOf(snapshot with { Backends = [.. snapshot.Backends.Select(backend => backend with { HeaderMutation = Setting("x-other") })] }, 0));
        Assert.Null(NameOf(snapshot with { Routes = [route with { Rules = [route.Rules[0] with { BackendRefs = [new BackendRefSpec(TestSnapshot.First, Weight: 0)] }, .. route.Rules.Skip(1)] }] }, 0));
    }

    private static HeaderMutationSpec Setting(string name) => new() { Set = [KeyValuePair.Create(name, "x")] };

    private static string? NameOf(GatewaySnapshot snapshot, int rule) =>
        DirectRoute.NameOf(snapshot.Routes[0], rule, snapshot.Backends.ToDictionary(backend => backend.Name), snapshot.Pools.ToDictionary(pool => pool.Name));
}
