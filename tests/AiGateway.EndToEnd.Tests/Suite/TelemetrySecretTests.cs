using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Keys of providers and of clients are in no byte of what processes export, even when a provider quotes them.</summary>
public sealed class TelemetrySecretTests
{
    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Exports_WhateverHappens_HoldNoKeys(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestDeadline.Default * 2, TestContext.Current.CancellationToken);
        await using var sink = await OtlpSink.StartAsync();
        await using var stage = await Stage.StartAsync(topology, deadline, sink);
        var client = stage.Secrets.Plant("client");
        var tenant = stage.Secrets.Plant("tenant");

        List<string> ids = [];
        foreach (var exchange in Exchanges(stage, client, tenant))
        {
            var one = stage.Case().First(exchange.First).Second(exchange.Second);
            await AskAsync(one, exchange, client, tenant, deadline);
            if (exchange.HasSpan) ids.Add(one.Id);
        }

        // Whoever ends in good order has sent what it had.
        foreach (var process in stage.Origin.Processes) await process.TerminateAsync(deadline);
        foreach (var process in stage.Origin.Processes) await process.WaitForExitAsync(deadline);

        var spans = sink.Of("traces", OtlpSink.Engine);
        Assert.All(ids, id => Assert.Contains(spans, export => export.Contains(id, StringComparison.Ordinal)));
        Assert.Contains(spans, static export => export.Contains("Incorrect API key provided", StringComparison.Ordinal)); // the bodies of errors are there to be scanned
        Assert.Contains(sink.Of("metrics", OtlpSink.Engine), static export => export.Contains("gen_ai.client.token.usage", StringComparison.Ordinal));
        if (topology == Topology.External) Assert.NotEmpty(sink.Of("metrics", OtlpSink.InFront));
        if (topology != Topology.Envoy) // whose log goes to its standard output
        {
            var records = sink.Of("logs", topology == Topology.External ? OtlpSink.InFront : OtlpSink.Engine);
            Assert.All(ids, id => Assert.Contains(records, export => export.Contains(id, StringComparison.Ordinal)));
        }

        Assert.All(sink.Exports, export => stage.Secrets.ExpectAbsent($"an export to {export[..export.IndexOf('\r', StringComparison.Ordinal)]}", export));
    }

    private static IEnumerable<Sent> Exchanges(Stage stage, string client, string tenant) =>
    [
        new(Samples.ChatPath, Samples.Chat("chat"), [s_good]),
        new(Samples.ChatPath, Samples.Chat("chat", stream: true), [MockAnswer.Sse(Samples.ChatStream)]),
        new(Samples.ChatPath, Samples.Chat("fallback"), [MockAnswer.Text(503, $"Bearer {stage.FirstKey} is not known yet")]) { Second = [s_good] },
        new(Samples.ChatPath, Samples.Chat("fallback"), [MockAnswer.Text(503, "down")]) { Second = [MockAnswer.Json(401, Quoting(stage.SecondKey))] },
        new(Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.Json(401, Quoting(stage.FirstKey))]),
        new(Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.Json(401, Quoting(System.Text.Json.JsonEncodedText.Encode(stage.FirstKey).Value))]),
        new(Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.Text(500, $"authorization: Bearer {stage.FirstKey}\n")]),
        new(Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.Json(200, Samples.ChatAnswer.Replace("\"hi\"", $"\"{stage.FirstKey}\"", StringComparison.Ordinal))]),
        new(Samples.ChatPath, Samples.Chat("chat", stream: true), [MockAnswer.Sse(Samples.ChatEvents[0] + Saying(stage.FirstKey[..9]) + Saying(stage.FirstKey[9..]) + string.Concat(Samples.ChatEvents[1..]))]),
        new(Samples.ChatPath, Samples.Chat("chat", stream: true), [MockAnswer.Sse($"{Samples.ChatEvents[0]}data: {Quoting(stage.FirstKey)}\n\n")]),
        new(Samples.MessagesPath, Samples.Messages("claude"), [MockAnswer.Json(401, Quoting(stage.ClaudeKey))]),
        new(Samples.ChatPath, Samples.Chat("tenant"), [MockAnswer.Json(401, Quoting(tenant))]),
        new(Samples.ChatPath, Samples.Chat("keyless"), [MockAnswer.Json(401, Quoting(client))]),
        new(Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.ResetAtOnce()]),
        new(Samples.ChatPath, Samples.Chat("chat"), [s_good.EndAfter(30)]),
        new(Samples.ChatPath, Samples.Chat("refused"), []),
        new(Samples.ChatPath, Samples.Chat("unknown"), []),
        new(Samples.ChatPath, "{", []),
        new("/v1/unknown", "{}", []) { HasSpan = false },
    ];

    private static async Task AskAsync(Case one, Sent sent, string client, string tenant, CancellationToken cancellationToken)
    {
        try
        {
            await one.AskAsync(
                $"{sent.Path}?api_key={Uri.EscapeDataString(client)}", sent.Body, cancellationToken,
                ("authorization", $"Bearer {client}"), ("proxy-authorization", $"Basic {client}"), ("x-api-key", client), ("api-key", client), ("x-goog-api-key", client), ("cookie", $"k={client}"),
                ("x-aigw-api-key", tenant));
        }
        catch (HttpRequestException)
        {
            // An answer that breaks off.
        }
    }

    private static string Quoting(string key) => $$$"""{"type":"error","error":{"type":"authentication_error","message":"Incorrect API key provided: {{{key}}}.","code":"invalid_api_key"}}""";

    private static string Saying(string text) => Samples.ChatEvents[0].Replace("\"a\"", $"\"{text}\"", StringComparison.Ordinal);

    private sealed record Sent(string Path, string Body, MockAnswer[] First)
    {
        public MockAnswer[] Second { get; init; } = [];

        public bool HasSpan { get; init; } = true;
    }
}
