using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>OpenAI <c>/v1/audio/speech</c>: tones instead of a voice, as WAV or PCM.</summary>
internal static class Speech
{
    private const int ChunkLength = 24_000;

    public static async Task AnswerAsync(DemoCall call)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var model = fields.RequiredText("model");
        var input = fields.RequiredText("input");
        var format = fields.Text("response_format") ?? "wav";
        if (format is not ("wav" or "pcm"))
            fields.Refuse("response_format", $"demo-speech makes wav and pcm, not {format}.");
        var asEvents = fields.Text("stream_format") == "sse";
        if ((fields.Refusal ?? call.RefusalFor(model, DemoCapability.Speech)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var audio = format == "pcm" ? ToneWave.Pcm(input) : ToneWave.Wav(input);
        if (asEvents)
            await StreamAsync(await call.OpenStreamAsync(DemoPace.Of(model)), audio, DemoTokenEstimator.Count(input));
        else
            await call.AnswerAsync(format == "pcm" ? "audio/pcm" : "audio/wav", audio);
    }

    private static async Task StreamAsync(DemoEventStream stream, byte[] audio, int inputTokens)
    {
        for (var at = 0; at < audio.Length; at += ChunkLength)
        {
            var chunk = audio.AsMemory(at, Math.Min(ChunkLength, audio.Length - at));
            await stream.SendAsync(null, json =>
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "speech.audio.delta"u8);
                json.WriteBase64String("audio"u8, chunk.Span);
                json.WriteEndObject();
            });
        }

        var outputTokens = audio.Length / (ToneWave.SampleRate / 10);
        await stream.SendAsync(null, json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "speech.audio.done"u8);
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input_tokens"u8, inputTokens);
            json.WriteNumber("output_tokens"u8, outputTokens);
            json.WriteNumber("total_tokens"u8, inputTokens + outputTokens);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
