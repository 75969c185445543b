using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ExtProc.Protocol.Recording.Replaying;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;

namespace AiGateway.ExtProc.Tests;

/// <summary>
/// Exchanges that were recorded behind a real Envoy, sent again. To record them anew:
/// <c>AIGW_WRITE_RECORDINGS=1 dotnet test tests/AiGateway.EndToEnd.Tests --filter FullyQualifiedName~RecordingTests</c>.
/// </summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Names { get; } = [.. RecordedSteps.Files.Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Recording_SentAgain_IsAnsweredAsItWas(string name)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);

        var report = await PlayAsync(name, service, new ReplayOptions(), deadline);

        Assert.Empty(report.Differences.Select(difference => $"stream {difference.Stream}, message {difference.Message}: {difference.Text}"));
        Assert.True(report is { Answers: > 0, Streams: > 0, Skipped: 0 }, report.ToString());
    }

    [Fact]
    public async Task Recording_InItsOriginalTiming_IsAnsweredAsItWas()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);

        var report = await PlayAsync("fallback", service, new ReplayOptions { OriginalTiming = true }, deadline);

        Assert.Empty(report.Differences);
        Assert.Equal(3, report.Streams);
    }

    [Fact]
    public async Task Replay_OfAServiceThatWasChanged_SaysWhatDiffers()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        var snapshot = TestSnapshot.Build();
        service.Host.Apply(snapshot with { Revision = "sha256:changed", Backends = [.. snapshot.Backends.Select(backend => backend.Name == TestSnapshot.Second ? backend with { ModelNameOverride = "other-model" } : backend)] });

        var report = await PlayAsync("fallback", service, new ReplayOptions(), deadline);

        Assert.Contains(report.Differences, difference => difference.Text.StartsWith("header :path: recorded \"/openai/deployments/second-model/", StringComparison.Ordinal) && difference.Text.Contains("now \"/openai/deployments/other-model/", StringComparison.Ordinal));
        Assert.Contains(report.Differences, difference => difference.Text == """metadata io.envoy.ai_gateway:model_name_override: recorded "second-model", now "other-model" """.TrimEnd());
        Assert.All(report.Differences, difference => Assert.InRange(difference.Stream, 1, 3));
    }

    [Fact]
    public async Task Replay_OfAServiceWithoutTheBackend_SaysHowTheStreamEnded()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        var snapshot = TestSnapshot.Build();
        service.Host.Apply(snapshot with
        {
            Revision = "sha256:changed",
            Backends = [.. snapshot.Backends.Where(backend => !backend.Name.StartsWith("default/first/", StringComparison.Ordinal))],
            Routes = [snapshot.Routes[0] with { Rules = [.. snapshot.Routes[0].Rules.Select(rule => rule with { BackendRefs = [new BackendRefSpec(TestSnapshot.Second), new BackendRefSpec(TestSnapshot.Second, Priority: 1)] })] }],
        });

        var report = await PlayAsync("fallback", service, new ReplayOptions(), deadline);

        Assert.Contains(report.Differences, difference => difference.Text == "recorded RequestHeaders, now the end of the stream with Internal (unknown backend: default/first/route/test/rule/1/ref/0)");
    }

    [Fact]
    public async Task Replay_WithoutAService_SaysSo()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var channel = new GrpcChannel($"http://127.0.0.1:{FreePort.Find()}");
        var recording = await Recording.ReadAsync(RecordedSteps.Files[0], deadline);

        await Assert.ThrowsAsync<IOException>(() => new RecordingReplay(recording, channel, new ReplayOptions()).RunAsync(deadline));
    }

    [Fact]
    public async Task Replay_OfOneStream_PlaysItsExchangeOnly()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);

        Assert.Equal(3, (await PlayAsync("fallback", service, new ReplayOptions { Stream = 3 }, deadline)).Streams);
        await Assert.ThrowsAsync<FormatException>(() => PlayAsync("fallback", service, new ReplayOptions { Stream = 99 }, deadline));
    }

    private static async Task<ReplayReport> PlayAsync(string name, ServiceUnderTest service, ReplayOptions options, CancellationToken cancellationToken)
    {
        var file = RecordedSteps.Files.Single(file => Path.GetFileNameWithoutExtension(file) == name);
        return await new RecordingReplay(await Recording.ReadAsync(file, cancellationToken), service.Channel, options).RunAsync(cancellationToken);
    }
}
