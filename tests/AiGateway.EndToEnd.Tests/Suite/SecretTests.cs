using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Keys of providers and of clients: in no answer, in nothing that a process writes, on no page of an admin port.</summary>
public sealed class SecretTests(Stages stages)
{
    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Keys_WhateverHappens_AppearNowhere(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var client = stage.Secrets.Plant("client");
        MockAnswer good = MockAnswer.Json(200, Samples.ChatAnswer), down = MockAnswer.Text(503, "down");
        (string Path, string Body, MockAnswer[] First, MockAnswer[] Second)[] exchanges =
        [
            (Samples.ChatPath, Samples.Chat("chat"), [good], []),
            (Samples.ChatPath, Samples.Chat("fallback"), [down], [good]),
            (Samples.ChatPath, Samples.Chat("chat", stream: true), [MockAnswer.Sse(Samples.ChatStream)], []),
            (Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.Json(401, """{"error":"bad key"}""")], []),
            (Samples.ChatPath, Samples.Chat("chat"), [MockAnswer.ResetAtOnce()], []),
            (Samples.ChatPath, Samples.Chat("chat"), [good.EndAfter(30)], []),
            (Samples.MessagesPath, Samples.Messages("claude"), [MockAnswer.Json(200, Samples.MessagesAnswer)], []),
            (Samples.ChatPath, Samples.Chat("refused"), [], []),
            (Samples.ChatPath, Samples.Chat("unknown"), [], []),
            (Samples.ChatPath, "{", [], []),
            ("/v1/unknown", "{}", [], []),
        ];
        foreach (var (path, body, first, second) in exchanges)
        {
            var one = stage.Case().First(first).Second(second);
            var got = await one.AskAsync($"{path}?api_key={Uri.EscapeDataString(client)}", body, deadline, ("authorization", $"Bearer {client}"), ("x-api-key", client), ("cookie", $"k={client}"));
            stage.Secrets.ExpectAbsent("an answer", got.Text + string.Join('\n', got.Headers));
            if (path != "/v1/unknown") await one.LogEntryAsync(deadline); // it is written
            Assert.All([.. one.AtFirst, .. one.AtSecond], request => Assert.DoesNotContain(client, request.Target + request.Headers, StringComparison.Ordinal));
        }

        foreach (var process in stage.Origin.Processes)
        {
            Assert.NotEmpty(process.Output.Concat(process.Errors));
            stage.Secrets.ExpectAbsent($"output of {process}", string.Join('\n', process.Output));
            stage.Secrets.ExpectAbsent($"errors of {process}", string.Join('\n', process.Errors));
        }

        foreach (var page in await stage.Origin.PagesAsync(deadline)) stage.Secrets.ExpectAbsent("a page", page);
    }
}
