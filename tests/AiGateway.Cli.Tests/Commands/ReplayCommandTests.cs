using AiGateway.Cli.Tests.Support;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc;
using AiGateway.TestSupport;

namespace AiGateway.Cli.Tests.Commands;

/// <summary>What <c>aigw replay</c> tells a script; that it finds no difference where there is none is shown with a real Envoy's recordings elsewhere.</summary>
public sealed class ReplayCommandTests
{
    private static readonly string s_recording = RepositoryRoot.Combine("tests", "AiGateway.ExtProc.Tests", "Recordings", "chat.aigwrec");

    [Fact]
    public async Task Replay_OfAServiceThatAnswersDifferently_ExitsWithOneAndShowsWhere()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var host = await ExtProcHost.StartAsync(new ExtProcHostOptions { Listen = "127.0.0.1:0", AdminPort = 0 }, new GatewaySnapshot { Revision = "sha256:empty" }, deadline);
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync("replay", s_recording, "--to", host.Address));

        Assert.Contains("stream 1 (router, POST /v1/chat/completions), answer to message 1:", cli.Output.Text, StringComparison.Ordinal);
        Assert.Contains("  kind: recorded RequestHeaders, now ImmediateResponse", cli.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_WithoutAService_ExitsWithTwo()
    {
        using var cli = new TestCli();

        Assert.Equal(2, await cli.RunAsync("replay", s_recording, "--to", $"127.0.0.1:{FreePort.Find()}"));

        Assert.Contains("cannot be reached", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_OfAnotherFile_ExitsWithTwoAndAReason()
    {
        using var folder = TempFolder.Create();
        using var cli = new TestCli();

        Assert.Equal(2, await cli.RunAsync("replay", folder.Write("config.yaml", "kind: Gateway")));

        Assert.Contains("no recording", cli.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--record-sample", "2", "is no share")]
    [InlineData("--record-filter", "name", "write NAME=VALUE")]
    [InlineData("--record-max-bytes", "100", "is no size")]
    public async Task ExtProc_WithAWrongRecordOption_SaysWhatIsRight(string option, string value, string text)
    {
        using var cli = new TestCli();

        Assert.NotEqual(0, await cli.RunAsync("extproc", "--record", "x", option, value));

        Assert.Contains(text, cli.Error.Text, StringComparison.Ordinal);
    }
}
