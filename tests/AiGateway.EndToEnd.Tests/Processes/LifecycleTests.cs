using System.Text;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>The process as an operator sees it.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Sigterm_WhileAStreamRuns_FinishesItAndExitsZero()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var feed = new AnswerFeed();
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var gateway = await GatewayProcess.StartAsync(new GatewayManifest().Model("gpt-test", "openai", "OpenAI", upstream.Port), environment: null, deadline);
        feed.Send("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n");
        using var response = await gateway.Client.SendAsync(Chat(), HttpCompletionOption.ResponseHeadersRead, deadline);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline));
        Assert.Contains("\"a\"", await reader.ReadLineAsync(deadline), StringComparison.Ordinal);

        await gateway.Process.TerminateAsync(deadline);
        await gateway.Process.WaitForErrorLineAsync(line => line.Contains("running request", StringComparison.Ordinal), deadline);
        feed.Send("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\n\ndata: [DONE]\n\n");
        feed.Complete();

        var rest = await reader.ReadToEndAsync(deadline);
        Assert.Contains("\"b\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Process.WaitForExitAsync(deadline));
    }

    [Fact]
    public async Task BrokenManifest_AtStart_StopsTheStartAndSaysWhere()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var file = folder.Write("config.yaml", new GatewayManifest().Model("gpt-test", "openai", "NoSuchSchema", 1).ToString());
        await using var process = ChildProcess.Start("dotnet", [GatewayProcess.Program, "run", file, "--port", "0", "--admin-port", "0"], new Dictionary<string, string?> { ["AIGW_STATE_HOME"] = folder.File("state") });

        Assert.Equal(1, await process.WaitForExitAsync(deadline));
        Assert.Contains(process.Errors, line => line.Contains("NoSuchSchema", StringComparison.Ordinal) && line.Contains("config.yaml:", StringComparison.Ordinal));
    }

    private static HttpRequestMessage Chat() => new(HttpMethod.Post, "/v1/chat/completions")
    {
        Content = new StringContent("""{"model":"gpt-test","stream":true,"messages":[]}""", Encoding.UTF8, "application/json"),
    };
}
