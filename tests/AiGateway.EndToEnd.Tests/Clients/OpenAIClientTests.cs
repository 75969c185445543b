using System.ClientModel;
using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using OpenAI.Images;
using OpenAI.Responses;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The provider's own .NET client against the real processes.</summary>
public sealed class OpenAIClientTests(ClientOrigins origins)
{
    private const string Greeting = "Say hello to Grace Hopper";
    private static readonly ChatTool s_weather = ChatTool.CreateFunctionTool(
        "get_weather", "Weather of a city", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Chat_Demo_AnswersAndCountsTokens(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        ChatCompletion answer = await Client(demo).GetChatClient("demo-chat").CompleteChatAsync([Greeting], cancellationToken: Token);

        Assert.Contains(Greeting, answer.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
        Assert.True(answer.Usage.OutputTokenCount > 0);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task ChatStream_Demo_SaysTheSameWordByWord(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var client = Client(demo).GetChatClient("demo-chat");
        ChatCompletion whole = await client.CompleteChatAsync([Greeting], cancellationToken: Token);
        List<string> pieces = [];
        ChatTokenUsage? usage = null;

        await foreach (var update in client.CompleteChatStreamingAsync([Greeting], cancellationToken: Token))
        {
            pieces.AddRange(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        Assert.Equal(whole.Content[0].Text, string.Concat(pieces));
        Assert.True(pieces.Count > 5);
        Assert.Equal(whole.Usage.TotalTokenCount, usage?.TotalTokenCount);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Tools_Demo_AreCalledAndTheirResultsUsed(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var client = Client(demo).GetChatClient("demo-tools");
        List<ChatMessage> messages = [new UserChatMessage("Weather in Arlington?")];
        ChatCompletion asked = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { s_weather } }, Token);

        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        var call = Assert.Single(asked.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        Assert.NotNull(JsonNode.Parse(call.FunctionArguments)!["city"]);

        messages.Add(new AssistantChatMessage(asked));
        messages.Add(new ToolChatMessage(call.Id, "sunny and 21 degrees"));
        ChatCompletion answered = await client.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { s_weather } }, Token);
        Assert.Contains("sunny and 21 degrees", answered.Content[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task ToolStream_Demo_ArgumentsArriveInPieces(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var arguments = new List<byte>();
        await foreach (var update in Client(demo).GetChatClient("demo-tools").CompleteChatStreamingAsync(["Weather?"], new ChatCompletionOptions { Tools = { s_weather } }, Token))
        {
            foreach (var call in update.ToolCallUpdates) arguments.AddRange(call.FunctionArgumentsUpdate.ToArray());
        }

        Assert.NotNull(JsonNode.Parse(arguments.ToArray())!["city"]);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Embeddings_Demo_HaveTheAskedLength(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var embeddings = await Client(demo).GetEmbeddingClient("demo-embedding")
            .GenerateEmbeddingsAsync(["one", "two"], new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 64 }, Token);

        Assert.Equal([64, 64], embeddings.Value.Select(embedding => embedding.ToFloats().Length));
        Assert.True(embeddings.Value.Usage.InputTokenCount > 0);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Image_Demo_IsAPicture(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        GeneratedImage image = await Client(demo).GetImageClient("demo-image")
            .GenerateImageAsync("A lighthouse", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes }, Token);

        Assert.Equal("PNG"u8.ToArray(), image.ImageBytes.ToArray()[1..4]);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Audio_Demo_IsSpokenAndTranscribed(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        BinaryData speech = await Client(demo).GetAudioClient("demo-speech")
            .GenerateSpeechAsync("Hello", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav }, Token);
        Assert.Equal("RIFF"u8.ToArray(), speech.ToArray()[..4]);

        AudioTranscription transcript = await Client(demo).GetAudioClient("demo-transcribe").TranscribeAudioAsync(speech.ToStream(), "hello.wav", cancellationToken: Token);
        Assert.Contains("hello.wav", transcript.Text, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Responses_Demo_StreamAndWholeAgree(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var client = Client(demo).GetResponsesClient();
        ResponseResult whole = await client.CreateResponseAsync("demo-chat", Greeting, cancellationToken: Token);
        var text = "";
        ResponseResult? completed = null;

        await foreach (var update in await client.CreateResponseStreamingAsync("demo-chat", Greeting, cancellationToken: Token))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
            if (update is StreamingResponseCompletedUpdate last) completed = last.Response;
        }

        Assert.Contains(Greeting, whole.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(whole.GetOutputText(), text);
        Assert.Equal(text, completed?.GetOutputText());
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Chat_UnknownModel_IsTheClientsOwnException(Topology topology)
    {
        var demo = await origins.DemoAsync(topology);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(demo).GetChatClient("no-such-model").CompleteChatAsync([Greeting], cancellationToken: Token));

        Assert.Equal(404, error.Status);
        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Chat_Recordings_ReadsWhatTheProviderSaid(Topology topology)
    {
        var recordings = await origins.RecordingsAsync(topology);
        ChatCompletion answer = await Client(recordings.Origin).GetChatClient("chat-basic").CompleteChatAsync([Greeting], cancellationToken: Token);
        Assert.Equal(RecordedText.OfChat(recordings.Recording("chat-basic")), answer.Content[0].Text);

        var text = "";
        await foreach (var update in Client(recordings.Origin).GetChatClient("chat-streaming").CompleteChatStreamingAsync([Greeting], cancellationToken: Token))
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
        Assert.Equal(RecordedText.OfChatStream(recordings.Recording("chat-streaming")), text);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task ParallelToolStream_Recording_KeepsCallsApart(Topology topology)
    {
        var recordings = await origins.RecordingsAsync(topology);
        var arguments = new SortedDictionary<int, List<byte>>();
        await foreach (var update in Client(recordings.Origin).GetChatClient("chat-streaming-parallel-tools").CompleteChatStreamingAsync([Greeting], cancellationToken: Token))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                if (!arguments.TryGetValue(call.Index, out var bytes)) arguments[call.Index] = bytes = [];
                bytes.AddRange(call.FunctionArgumentsUpdate.ToArray());
            }
        }

        Assert.True(arguments.Count > 1);
        Assert.All(arguments.Values, bytes => Assert.IsType<JsonObject>(JsonNode.Parse(bytes.ToArray())));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Responses_Recordings_ReadsWhatTheProviderSaid(Topology topology)
    {
        var recordings = await origins.RecordingsAsync(topology);
        var client = Client(recordings.Origin).GetResponsesClient();
        ResponseResult whole = await client.CreateResponseAsync("responses-basic", Greeting, cancellationToken: Token);
        Assert.Equal(RecordedText.OfResponse(recordings.Recording("responses-basic")), whole.GetOutputText());

        var text = "";
        await foreach (var update in await client.CreateResponseStreamingAsync("responses-streaming", Greeting, cancellationToken: Token))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
        }

        Assert.Equal(RecordedText.OfResponseStream(recordings.Recording("responses-streaming")), text);
    }

    public static TheoryData<string, Topology> Errors => EachTopology.With((string[])["chat-rate-limited", "chat-server-error", "chat-unauthorized"]);

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task ProviderError_Recording_KeepsStatusAndMessage(string recording, Topology topology)
    {
        var recordings = await origins.RecordingsAsync(topology);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(recordings.Origin).GetChatClient(recording).CompleteChatAsync([Greeting], cancellationToken: Token));

        Assert.Equal(recordings.Recording(recording).Status, error.Status);
        Assert.Contains((string)JsonNode.Parse(recordings.Recording(recording).ResponseBody)!["error"]!["message"]!, error.Message, StringComparison.Ordinal);
    }

    private static OpenAIClient Client(IOrigin origin) => new(
        new ApiKeyCredential("key-of-the-client"),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(origin.Endpoint, "v1"),
            NetworkTimeout = TestDeadline.Default,
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
        });
}
