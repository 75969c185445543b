using System.Globalization;
using System.Text.RegularExpressions;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Suite;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>What a person sees at the terminal of <c>aigw run</c>: the same lines whether the engine is in the process or in a service behind it.</summary>
public sealed partial class TerminalTests
{
    private static readonly (string Body, MockAnswer Answer, string Line)[] s_exchanges =
    [
        (Samples.Chat("m"), MockAnswer.Json(200, Samples.ChatAnswer), "200  m                  → openai  9/4 tokens  N s"),
        (Samples.Chat("m", stream: true), MockAnswer.Sse(Samples.ChatStream), "200  m                  → openai  9/4 tokens  first N ms  N s"),
        (Samples.Chat("m"), MockAnswer.Json(429, """{"error":{}}"""), "429  m                  → openai  N s"),
        (Samples.Chat("m"), MockAnswer.ResetAtOnce(), "502  m                  → openai  upstream_reset  N s"),
        (Samples.Chat("unknown"), MockAnswer.Silence(), "404  unknown             model_not_found  N s"),
        ("{", MockAnswer.Silence(), "400  chat                invalid_request  N s"),
    ];

    [Theory]
    [InlineData(Topology.Standalone)]
    [InlineData(Topology.External)]
    public async Task Requests_AtATerminal_AreOneLineEach(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestDeadline.Default * 2, TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        await using var upstream = await MockUpstream.StartAsync();
        var manifest = new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString();
        await using var service = topology == Topology.External ? await ExtProcProcess.StartAsync(manifest, port: 0, environment: null, deadline) : null;
        await using var terminal = Start(folder, manifest, service);
        var port = Port(await terminal.WaitForOutputLineAsync(ReadyLine().IsMatch, deadline));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        using (var list = await client.GetAsync(new Uri("/v1/models", UriKind.Relative), deadline)) list.EnsureSuccessStatusCode(); // has no line
        for (var sent = 0; sent < s_exchanges.Length; sent++)
        {
            upstream.Answer(s_exchanges[sent].Answer);
            using var content = new StringContent(s_exchanges[sent].Body, System.Text.Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(Samples.ChatPath, content, deadline);
            await LinesAsync(terminal, sent + 1, deadline);
        }

        upstream.Answer(MockAnswer.Sse(Samples.ChatStream).StallAfter(Samples.ChatEvents[0].Length));
        await LeaveAsync(port, deadline);

        string[] expected = [.. s_exchanges.Select(static exchange => exchange.Line), "200  m                  → openai  first N ms  N s  client left"];
        Assert.Equal(expected, await LinesAsync(terminal, expected.Length, deadline));
    }

    // Without the time of day, and with N for what differs from run to run.
    private static Task<string[]> LinesAsync(ChildProcess terminal, int count, CancellationToken cancellationToken) => Eventually.GetAsync(
        () => (string[])[.. terminal.Output.Where(line => RequestLine().IsMatch(line)).Select(line => Figure().Replace(RequestLine().Replace(line, ""), "N$1"))] is var lines && lines.Length >= count ? lines : null,
        () => $"{count} lines:\n{string.Join('\n', terminal.Output)}", cancellationToken);

    // util-linux's script gives the program a terminal and passes on what it writes there.
    private static ChildProcess Start(TempFolder folder, string manifest, ExtProcProcess? service)
    {
        var environment = new Dictionary<string, string?> { ["NO_COLOR"] = "1" };
        if (service is not null)
        {
            environment["Processing__Mode"] = "External";
            environment["Processing__Address"] = $"127.0.0.1:{service.Port.ToString(CultureInfo.InvariantCulture)}";
        }

        var command = $"dotnet '{GatewayProcess.Program}' run '{folder.Write("config.yaml", manifest)}' --port 0 --admin-port 0";
        return ChildProcess.Start(RealParts.Program("script"), ["--quiet", "--flush", "--return", "--command", command, "/dev/null"], GatewayProcess.Variables(folder, environment), keepInputOpen: true);
    }

    private static async Task LeaveAsync(int port, CancellationToken cancellationToken)
    {
        await using var client = await RawHttpClient.ConnectAsync(port, cancellationToken);
        await client.PostJsonAsync(Samples.ChatPath, Samples.Chat("m", stream: true), cancellationToken);
        await using var body = client.ReadBody(await client.ReadHeadAsync(cancellationToken)).ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        Assert.True(await body.MoveNextAsync());
        client.Reset();
    }

    private static int Port(string line) => int.Parse(ReadyLine().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"listening on http://localhost:(\d+) ")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d (?=\d\d\d  )")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\d+(?:\.\d+)?( m?s\b)")]
    private static partial Regex Figure();
}
