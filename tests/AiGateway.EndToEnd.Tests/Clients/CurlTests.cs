using System.Globalization;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The commands that a newcomer copies, run as they stand.</summary>
public sealed class CurlTests(DemoGateway demo) : IClassFixture<DemoGateway>
{
    [Fact]
    public async Task StartUpLine_Try_GetsAnAnswer()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var line = await demo.Process.Process.WaitForErrorLineAsync(line => line.TrimStart().StartsWith("try ", StringComparison.Ordinal), deadline);

        Assert.Contains("\"choices\"", await RunAsync(line[line.IndexOf("curl", StringComparison.Ordinal)..], deadline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readme_Commands_GetAnswers()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var text = File.ReadAllText(RepositoryRoot.Combine("README.md")).Replace("\\\n", " ", StringComparison.Ordinal);
        var commands = text.Split('\n').Select(line => line.TrimStart('$', ' ')).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(commands);

        foreach (var command in commands) Assert.NotEmpty(await RunAsync(command, deadline));
    }

    // The usual ports may be taken on this machine, so the gateway under test has others.
    private async Task<string> RunAsync(string command, CancellationToken cancellationToken)
    {
        var curl = RealParts.Program("curl");
        var here = command
            .Replace("curl ", $"{curl} -fsS --noproxy '*' ", StringComparison.Ordinal)
            .Replace("localhost:1975", demo.Process.Endpoint.Authority, StringComparison.Ordinal)
            .Replace("localhost:1064", demo.Process.Admin.Authority, StringComparison.Ordinal);
        await using var process = ChildProcess.Start("bash", ["-c", here]);
        var exitCode = await process.WaitForExitAsync(cancellationToken);
        Assert.True(exitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{here}\nended with {exitCode}: {string.Join('\n', process.Errors)}"));
        return string.Join('\n', process.Output);
    }
}
