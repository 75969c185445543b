using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Hosting;

/// <summary>The command as a process of its own: what signals do and which stream gets what.</summary>
public sealed partial class ProcessTests
{
    private const string Slow = """{"model":"demo-slow","stream":true,"messages":[{"role":"user","content":"Hello"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_WhileIdle_EndsWithZero(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        using var cli = new TestCli();
        using var aigw = await StartAsync(cli);

        Send(aigw.Process, signal);
        await aigw.Process.WaitForExitAsync(Cancellation);

        Assert.Equal(0, aigw.Process.ExitCode);
    }

    [Fact]
    public async Task Signal_WhileStreaming_RefusesNewRequestsAndLetsTheStreamGoOn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        using var cli = new TestCli();
        using var aigw = await StartAsync(cli, "--drain-timeout", "60s");
        using var http = new HttpClient { BaseAddress = aigw.Url };
        using var stream = await OpenAsync(http);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        Assert.StartsWith("data: ", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal);

        Send(aigw.Process, "INT");
        await aigw.Error.WaitForAsync(static text => text.Contains("1 running request may go on for 60 s; Ctrl-C again ends at once", StringComparison.Ordinal));
        using var refused = await RefusedAsync(http);
        var next = await reader.ReadLineAsync(Cancellation);
        Send(aigw.Process, "INT");
        await aigw.Process.WaitForExitAsync(Cancellation);

        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.NotNull(next);
        Assert.Equal(0, aigw.Process.ExitCode);
    }

    [Fact]
    public async Task AccessLog_NoTerminal_GoesToStandardOutputAsJson()
    {
        using var cli = new TestCli();
        cli.Variables.Remove("OTEL_LOGS_EXPORTER");
        using var aigw = await StartAsync(cli);
        using var http = new HttpClient { BaseAddress = aigw.Url };
        using var answer = await http.PostAsync("/v1/chat/completions", Json("""{"model":"demo-chat","messages":[{"role":"user","content":"Hello"}]}"""), Cancellation);

        var text = await aigw.Output.WaitForAsync(static text => text.Contains('\n', StringComparison.Ordinal));

        var entry = DemoClient.Parse(text);
        Assert.Equal("demo-chat", entry.GetProperty("gen_ai.request.model").GetString());
        Assert.Equal(200, entry.GetProperty("response_code").GetInt32());
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Json(Slow) };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>The line about ending is printed before the gateway starts to refuse; the first refusal is what is waited for.</summary>
    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient http)
    {
        while (true)
        {
            var response = await http.PostAsync("/v1/chat/completions", Json("""{"model":"demo-chat","messages":[{"role":"user","content":"x"}]}"""), Cancellation);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                return response;
            response.Dispose();
        }
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static void Send(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task<Aigw> StartAsync(TestCli cli, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "aigw.exe" : "aigw"), [.. arguments, "--port", "0", "--admin-port", "0"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };

        // Keys of the person who runs the tests must not decide what is started.
        foreach (var name in start.Environment.Keys.Where(static name => name.EndsWith("_API_KEY", StringComparison.Ordinal) || name.StartsWith("AIGW_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal) || name == "OLLAMA_HOST").ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in cli.Variables)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => cli.Error.WriteLine(line.Data);
        process.OutputDataReceived += (_, line) => cli.Output.WriteLine(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var text = await cli.Error.WaitForAsync(static text => Ready().IsMatch(text));
        return new Aigw(process, new Uri(Ready().Match(text).Groups["url"].Value), cli.Error, cli.Output);
    }

    [GeneratedRegex(@"listening on (?<url>http://localhost:\d+) .* after \d+\.\ds")]
    private static partial Regex Ready();

    private sealed record Aigw(Process Process, Uri Url, LineWriter Error, LineWriter Output) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited)
                Process.Kill();
            Process.Dispose();
        }
    }
}
