using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.Cli.Commands;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Hosting;

/// <summary><c>aigw extproc</c> with the flags of the peer's controller and its filter configuration.</summary>
public sealed partial class ExtProcServiceTests
{
    private const string Document = """
        version: v1.1.0
        uuid: 1
        backends:
        - name: b
          schema: {name: OpenAI, prefix: v1}
        models:
        - {Name: listed, OwnedBy: me, CreatedAt: "2025-01-01T00:00:00Z"}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-configPath", "FILE")]
    [InlineData("-configPath=FILE")]
    [InlineData("--configPath", "FILE")]
    [InlineData("--configPath=FILE")]
    public async Task Flags_AsThePeersControllerPassesThem_AreAllTaken(params string[] config)
    {
        using var cli = new TestCli();
        var file = cli.WriteFile("config.yaml", Document);
        using var log = new MemoryStream();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string[] arguments =
        [
            "extproc", .. config.Select(argument => argument.Replace("FILE", file, StringComparison.Ordinal)),
            "-logLevel", "info", "-logFormat", "text", "-enableRedaction=false", "-extProcAddr", "127.0.0.1:0", "-adminPort", "0", "-rootPrefix", "/", "-endpointPrefixes", "anthropic:/claude",
            "-maxRecvMsgSize", "536870912", "-requestHeaderAttributes", "x-tenant:tenant.id", "-spanRequestHeaderAttributes", "", "-metricsRequestHeaderAttributes=x-team:team.id",
            "-logRequestHeaderAttributes", "agent-session-id:session.id", "-mcpAddr", ":9856", "-mcpSessionEncryptionSeed", "seed", "-mcpSessionEncryptionIterations", "100000",
            "-mcpFallbackSessionEncryptionSeed", "", "-mcpFallbackSessionEncryptionIterations", "100000", "-mcpWriteTimeout", "120s",
        ];

        var run = AigwCommand.InvokeAsync(arguments, cli.Environment() with { Log = log }, end.Token);
        await ReadyAsync(cli, run);
        await end.CancelAsync();

        Assert.Equal(0, await run);
        Assert.StartsWith("warning: MCP is not served, without effect: -mcpAddr -mcpSessionEncryptionSeed -mcpSessionEncryptionIterations -mcpFallbackSessionEncryptionSeed -mcpFallbackSessionEncryptionIterations -mcpWriteTimeout\n", cli.Error.Text, StringComparison.Ordinal);
        var lines = Encoding.UTF8.GetString(log.ToArray());
        Assert.All((string[])["starting external processor", "starting admin server", $"start watching the config file {file}", "loading a new config"], text => Assert.Contains(text, lines, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("either configPath or configBundlePath must be provided")]
    [InlineData("name manifests or a filter configuration, not both", "config.yaml", "-configPath", "x")]
    [InlineData("logLevel=\"loud\" is not a level", "-configPath", "x", "-logLevel", "loud")]
    [InlineData("logFormat=\"xml\" is not a format", "-configPath", "x", "-logFormat=xml")]
    [InlineData("endpoint prefix key \"gemini\" is unknown", "-configPath", "x", "-endpointPrefixes", "gemini:/g")]
    [InlineData("-logRequestHeaderAttributes: \"a\" is not header:attribute", "-configPath", "x", "-logRequestHeaderAttributes", "a")]
    [InlineData("--max-message-bytes 0 takes no message", "-configPath", "x", "-maxRecvMsgSize", "0")]
    public async Task Flags_ThatCannotBeUsed_AreNamed(string expected, params string[] arguments)
    {
        using var cli = new TestCli();

        Assert.Equal(1, await cli.RunAsync(["extproc", .. arguments]));

        Assert.Contains(expected, cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_ThatIsMissing_IsWaitedForWhileRequestsGet503()
    {
        using var cli = new TestCli();
        Directory.CreateDirectory(cli.Path("bundle"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = AigwCommand.InvokeAsync(["extproc", "-configPath", cli.Path("bundle/config.yaml"), "-extProcAddr", "127.0.0.1:0", "-adminPort", "0"], cli.Environment(), end.Token);
        var admin = await ListeningAsync(cli, run);
        using var client = new HttpClient();

        using var before = await client.GetAsync(new Uri(admin, "ready"), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal("no configuration yet", JsonElement.Parse(await before.Content.ReadAsStringAsync(Token)).GetProperty("reason").GetString());
        Assert.DoesNotContain("is ready", cli.Error.Text, StringComparison.Ordinal);

        cli.WriteFile("bundle/config.yaml", Document);
        await ReadyAsync(cli, run);
        using var after = await client.GetAsync(new Uri(admin, "ready"), Token);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);

        // A mistake is reported and the good document stays.
        cli.WriteFile("bundle/config.yaml", "quotas: []");
        await cli.Error.WaitForAsync(static text => text.Contains("unknown field \"quotas\"", StringComparison.Ordinal));
        using var refused = await client.GetAsync(new Uri(admin, "ready"), Token);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);

        await end.CancelAsync();
        Assert.Equal(0, await run);
    }

    [Fact]
    public async Task Document_ThatIsWrongAtTheStart_IsReportedAndWaitedFor()
    {
        using var cli = new TestCli();
        var file = cli.WriteFile("config.yaml", "backends: 5");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = AigwCommand.InvokeAsync(["extproc", "-configPath", file, "-extProcAddr", "127.0.0.1:0", "-adminPort", "0"], cli.Environment(), end.Token);
        var admin = await ListeningAsync(cli, run);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(admin, "ready"), Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains($"{file}:1:11: error: backends \"5\": backends in body must be of type array: \"integer\"", cli.Error.Text, StringComparison.Ordinal);
        await end.CancelAsync();
        Assert.Equal(0, await run);
    }

    [Fact]
    public async Task UnixSocket_OfAProcessThatDied_IsReplacedAndOpenToTheGroup()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes");
        using var cli = new TestCli();
        var socket = cli.Path("s");
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(cli.Path("t")));
            File.Move(cli.Path("t"), socket); // closing removes the file under its first name
        }

        Assert.True(File.Exists(socket));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = AigwCommand.InvokeAsync(["extproc", "-configPath", cli.WriteFile("config.yaml", Document), "-extProcAddr", $"unix://{socket}", "-adminPort", "0"], cli.Environment(), end.Token);
        await ReadyAsync(cli, run);

        if (!OperatingSystem.IsWindows()) Assert.Equal("775", Convert.ToString((int)File.GetUnixFileMode(socket), 8));
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), Token);
        await end.CancelAsync();
        Assert.Equal(0, await run);
    }

    private static async Task<Uri> ListeningAsync(TestCli cli, Task<int> run)
    {
        var listening = cli.Error.WaitForAsync(static text => Listening().IsMatch(text));
        if (await Task.WhenAny(run, listening) == run) Assert.Fail($"aigw ended with {await run}: {cli.Error.Text}");
        return new Uri(Listening().Match(await listening).Groups[1].Value);
    }

    private static async Task ReadyAsync(TestCli cli, Task<int> run)
    {
        var ready = cli.Error.WaitForAsync(static text => text.Contains("AI Gateway External Processor is ready\n", StringComparison.Ordinal));
        if (await Task.WhenAny(run, ready) == run) Assert.Fail($"aigw ended with {await run}: {cli.Error.Text}");
        await ready;
    }

    [GeneratedRegex(@"admin on (http://localhost:\d+) \(.*\n")]
    private static partial Regex Listening();
}
