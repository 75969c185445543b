using System.Diagnostics;
using System.Text;
using AiGateway.EndToEnd.Tests.Clients;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>What Prometheus itself thinks of <c>/metrics</c>.</summary>
public sealed class PromtoolTests(DemoGateway demo) : IClassFixture<DemoGateway>
{
    [Fact]
    public async Task MetricsPage_AfterTraffic_IsAcceptedByPromtool()
    {
        var promtool = RealParts.Program("promtool");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        foreach (var body in (string[])[Chat("demo-chat", stream: false), Chat("demo-chat", stream: true), Chat("no-such-model", stream: false)])
        {
            using var response = await demo.Process.Client.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"), deadline);
            await response.Content.ReadAsStringAsync(deadline);
        }

        var page = await Eventually.GetAsync(
            async token => await demo.Process.MetricsAsync(token) is var text && text.Contains("gen_ai_client_token_usage", StringComparison.Ordinal) ? text : null,
            () => "token metrics", deadline);
        var (exitCode, remarks) = await CheckAsync(promtool, page, deadline);

        // 1: the page cannot be parsed. 3: style remarks, for example on names that the GenAI convention gives.
        Assert.True(exitCode is 0 or 3, $"promtool ended with {exitCode}:\n{remarks}\n{page}");
        Assert.DoesNotContain("error while linting", remarks, StringComparison.Ordinal);
    }

    private static string Chat(string model, bool stream) => $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hello"}]}""";

    private static async Task<(int ExitCode, string Remarks)> CheckAsync(string promtool, string page, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        var remarks = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(page);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await remarks);
    }
}
