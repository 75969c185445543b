using System.ClientModel;
using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using OpenAI.Images;
using OpenAI.Responses;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The provider's own .NET client against the real process.</summary>
public sealed class OpenAIClientTests(RecordingGateway recordings, DemoGateway demo) : IClassFixture<RecordingGateway>, IClassFixture<DemoGateway>
{
    private const string Greeting = "Say hello to Grace Hopper";
    private static readonly ChatTool s_weather = ChatTool.CreateFunctionTool(
        "get_weather", "Weather of a city", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chat_Demo_AnswersAndCountsTokens()
    {
        ChatCompletion answer = await Client(demo.Process).GetChatClient("demo-chat").CompleteChatAsync([Greeting], cancellationToken: Token);

        Assert.Contains(Greeting, answer.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
        Assert.True(answer.Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task ChatStream_Demo_SaysTheSameWordByWord()
    {
        var client = Client(demo.Process).GetChatClient("demo-chat");
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

    [Fact]
    public async Task Tools_Demo_AreCalledAndTheirResultsUsed()
    {
        var client = Client(demo.Process).GetChatClient("demo-tools");
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

    [Fact]
    public async Task ToolStream_Demo_ArgumentsArriveInPieces()
    {
        var arguments = new List<byte>();
        await foreach (var update in Client(demo.Process).GetChatClient("demo-tools").CompleteChatStreamingAsync(["Weather?"], new ChatCompletionOptions { Tools = { s_weather } }, Token))
        {
            foreach (var call in update.ToolCallUpdates) arguments.AddRange(call.FunctionArgumentsUpdate.ToArray());
        }

        Assert.NotNull(JsonNode.Parse(arguments.ToArray())!["city"]);
    }

    [Fact]
    public async Task Embeddings_Demo_HaveTheAskedLength()
    {
        var embeddings = await Client(demo.Process).GetEmbeddingClient("demo-embedding")
            .GenerateEmbeddingsAsync(["one", "two"], new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 64 }, Token);

        Assert.Equal([64, 64], embeddings.Value.Select(embedding => embedding.ToFloats().Length));
        Assert.True(embeddings.Value.Usage.InputTokenCount > 0);
    }

    [Fact]
    public async Task Image_Demo_IsAPicture()
    {
        GeneratedImage image = await Client(demo.Process).GetImageClient("demo-image")
            .GenerateImageAsync("A lighthouse", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes }, Token);

        Assert.Equal("PNG"u8.ToArray(), image.ImageBytes.ToArray()[1..4]);
    }

    [Fact]
    public async Task Audio_Demo_IsSpokenAndTranscribed()
    {
        BinaryData speech = await Client(demo.Process).GetAudioClient("demo-speech")
            .GenerateSpeechAsync("Hello", GeneratedSpeechVoice.Alloy, new SpeechGenerationOptions { ResponseFormat = GeneratedSpeechFormat.Wav }, Token);
        Assert.Equal("RIFF"u8.ToArray(), speech.ToArray()[..4]);

        AudioTranscription transcript = await Client(demo.Process).GetAudioClient("demo-transcribe").TranscribeAudioAsync(speech.ToStream(), "hello.wav", cancellationToken: Token);
        Assert.Contains("hello.wav", transcript.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responses_Demo_StreamAndWholeAgree()
    {
        var client = Client(demo.Process).GetResponsesClient();
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

    [Fact]
    public async Task Chat_UnknownModel_IsTheClientsOwnException()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(demo.Process).GetChatClient("no-such-model").CompleteChatAsync([Greeting], cancellationToken: Token));

        Assert.Equal(404, error.Status);
        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Recordings_ReadsWhatTheProviderSaid()
    {
        ChatCompletion answer = await Client(recordings.Process).GetChatClient("chat-basic").CompleteChatAsync([Greeting], cancellationToken: Token);
        Assert.Equal(RecordedText.OfChat(recordings.Recording("chat-basic")), answer.Content[0].Text);

        var text = "";
        await foreach (var update in Client(recordings.Process).GetChatClient("chat-streaming").CompleteChatStreamingAsync([Greeting], cancellationToken: Token))
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
        Assert.Equal(RecordedText.OfChatStream(recordings.Recording("chat-streaming")), text);
    }

    [Fact]
    public async Task ParallelToolStream_Recording_KeepsCallsApart()
    {
        var arguments = new SortedDictionary<int, List<byte>>();
        await foreach (var update in Client(recordings.Process).GetChatClient("chat-streaming-parallel-tools").CompleteChatStreamingAsync([Greeting], cancellationToken: Token))
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

    [Fact]
    public async Task Responses_Recordings_ReadsWhatTheProviderSaid()
    {
        var client = Client(recordings.Process).GetResponsesClient();
        ResponseResult whole = await client.CreateResponseAsync("responses-basic", Greeting, cancellationToken: Token);
        Assert.Equal(RecordedText.OfResponse(recordings.Recording("responses-basic")), whole.GetOutputText());

        var text = "";
        await foreach (var update in await client.CreateResponseStreamingAsync("responses-streaming", Greeting, cancellationToken: Token))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta) text += delta.Delta;
        }

        Assert.Equal(RecordedText.OfResponseStream(recordings.Recording("responses-streaming")), text);
    }

    [Theory]
    [InlineData("chat-rate-limited", 429)]
    [InlineData("chat-server-error", 503)]
    [InlineData("chat-unauthorized", 401)]
    public async Task ProviderError_Recording_KeepsStatusAndMessage(string recording, int status)
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(recordings.Process).GetChatClient(recording).CompleteChatAsync([Greeting], cancellationToken: Token));

        Assert.Equal(status, error.Status);
        Assert.Contains((string)JsonNode.Parse(recordings.Recording(recording).ResponseBody)!["error"]!["message"]!, error.Message, StringComparison.Ordinal);
    }

    private static OpenAIClient Client(GatewayProcess gateway) => new(
        new ApiKeyCredential("key-of-the-client"),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(gateway.Endpoint, "v1"),
            NetworkTimeout = TestDeadline.Default,
            RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
        });
}
