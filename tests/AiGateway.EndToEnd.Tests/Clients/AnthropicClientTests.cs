using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The provider's own .NET client against the real processes.</summary>
public sealed class AnthropicClientTests(ClientOrigins origins)
{
    private const string Greeting = "Say hello to Grace Hopper";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Message_Demo_AnswersAndCountsTokens(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var message = await Client(demo).Messages.Create(Ask("demo-claude"), Token);

        Assert.Contains(Greeting, TextOf(message), StringComparison.Ordinal);
        Assert.Equal(StopReason.EndTurn, message.StopReason!.Value());
        Assert.True(message.Usage.OutputTokens > 0);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task MessageStream_Demo_SaysTheSameWordByWord(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var whole = await Client(demo).Messages.Create(Ask("demo-claude"), Token);

        var (text, pieces, output) = await StreamAsync(demo, "demo-claude");

        Assert.Equal(TextOf(whole), text);
        Assert.True(pieces > 5);
        Assert.Equal(whole.Usage.OutputTokens, output);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Tools_Demo_AreCalled(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var weather = new Tool
        {
            Name = "get_weather",
            Description = "Weather of a city",
            InputSchema = new InputSchema { Properties = new Dictionary<string, JsonElement> { ["city"] = JsonElement.Parse("""{"type":"string"}""") }, Required = ["city"] },
        };
        var message = await Client(demo).Messages.Create(Ask("demo-claude-tools") with { Tools = [weather] }, Token);

        Assert.Equal(StopReason.ToolUse, message.StopReason!.Value());
        var call = Assert.Single(message.Content.Select(block => block.TryPickToolUse(out var use) ? use : null).OfType<ToolUseBlock>());
        Assert.Equal("get_weather", call.Name);
        Assert.True(call.Input.ContainsKey("city"));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task CountTokens_Demo_Counts(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var count = await Client(demo).Messages.CountTokens(
            new MessageCountTokensParams { Model = "demo-claude", Messages = [new() { Role = Role.User, Content = Greeting }] }, Token);

        Assert.True(count.InputTokens > 3);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Message_UnknownModel_IsTheClientsOwnException(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var error = await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client(demo).Messages.Create(Ask("no-such-model"), Token));

        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Message_Recordings_ReadsWhatTheProviderSaid(Topology topology)
    {
        var recordings = await origins.RecordingsAsync(topology);
        var message = await Client(recordings.Origin).Messages.Create(Ask("messages-basic"), Token);
        Assert.Equal(RecordedText.OfMessage(recordings.Recording("messages-basic")), TextOf(message));

        var (text, _, _) = await StreamAsync(recordings.Origin, "messages-streaming");
        Assert.Equal(RecordedText.OfMessageStream(recordings.Recording("messages-streaming")), text);
        Assert.All(recordings.Upstream.Requests.Where(request => request.Path == "/v1/messages"), request => Assert.Equal(GatewayManifest.KeyOf("anthropic"), request.Headers["x-api-key"]));
    }

    private static async Task<(string Text, int Pieces, long Output)> StreamAsync(IOrigin origin, string model)
    {
        var (text, pieces, output) = ("", 0, 0L);
        await foreach (var update in Client(origin).Messages.CreateStreaming(Ask(model), Token))
        {
            if (update.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
            {
                text += piece.Text;
                pieces++;
            }

            if (update.TryPickDelta(out var last)) output = last.Usage.OutputTokens;
        }

        return (text, pieces, output);
    }

    private static MessageCreateParams Ask(string model) => new() { Model = model, MaxTokens = 300, Messages = [new() { Role = Role.User, Content = Greeting }] };

    private static string TextOf(Message message) => string.Concat(message.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    private static AnthropicClient Client(IOrigin origin) => new()
    {
        BaseUrl = origin.Endpoint.ToString().TrimEnd('/'),
        ApiKey = "key-of-the-client",
        MaxRetries = 0,
        Timeout = TestDeadline.Default,
    };
}
