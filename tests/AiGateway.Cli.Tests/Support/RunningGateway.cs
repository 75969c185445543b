using System.Text.RegularExpressions;
using AiGateway.Cli.Commands;

namespace AiGateway.Cli.Tests.Support;

/// <summary><c>aigw</c> on free ports in the test's process.</summary>
internal sealed partial class RunningGateway : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task<int> _run;

    private RunningGateway(TestCli cli, Task<int> run, CancellationTokenSource end, Uri url, int adminPort)
    {
        Cli = cli;
        _run = run;
        _end = end;
        Url = url;
        AdminPort = adminPort;
        Http = new HttpClient { BaseAddress = url };
    }

    public TestCli Cli { get; }

    public Uri Url { get; }

    public int AdminPort { get; }

    public HttpClient Http { get; }

    /// <summary>Starts and waits until it is ready. <c>--port 0 --admin-port 0</c> are added.</summary>
    public static async Task<RunningGateway> StartAsync(TestCli cli, params string[] arguments)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var run = AigwCommand.InvokeAsync([.. arguments, "--port", "0", "--admin-port", "0"], cli.Environment(), end.Token);
        var ready = cli.Error.WaitForAsync(static text => Ready().IsMatch(text) && LastLine().IsMatch(text));
        if (await Task.WhenAny(run, ready) == run)
            Assert.Fail($"aigw ended with {await run}: {cli.Error.Text}");
        var match = Ready().Match(await ready);
        return new RunningGateway(cli, run, end, new Uri(match.Groups["url"].Value), int.Parse(match.Groups["admin"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Asks it to end and gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _end.CancelAsync();
        return await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        _end.Dispose();
    }

    [GeneratedRegex(@"^aigw \S+ listening on (?<url>http://localhost:\d+) \(admin http://localhost:(?<admin>\d+)\) after \d+\.\ds$", RegexOptions.Multiline)]
    private static partial Regex Ready();

    /// <summary>The banner is written line by line; it is whole when this line is.</summary>
    [GeneratedRegex(@"^  traces   .+\n", RegexOptions.Multiline)]
    private static partial Regex LastLine();
}
