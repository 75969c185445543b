using System.Globalization;
using System.Text;
using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Demo.Wire;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>OpenAI <c>/v1/audio/transcriptions</c> and <c>/translations</c>: says what was uploaded instead of what was said in it.</summary>
internal static class Transcriptions
{
    // What published audio models count per second.
    private const int TokensPerSecond = 10;

    public static async Task AnswerAsync(DemoCall call, bool translate)
    {
        if (!call.Context.Request.HasFormContentType)
        {
            await call.RefuseAsync(new DemoRefusal(400, "The request must be multipart/form-data."));
            return;
        }

        IFormCollection form;
        try
        {
            form = await call.Context.Request.ReadFormAsync(call.Aborted);
        }
        catch (InvalidDataException e)
        {
            await call.RefuseAsync(new DemoRefusal(400, $"The form cannot be read: {e.Message}"));
            return;
        }

        var model = form["model"].ToString();
        var file = form.Files.GetFile("file");
        var bytes = file is null ? [] : await ReadAsync(file, call.Aborted);

        // The boundary differs in equal requests, so the seed is made of what the form says.
        call.Seed = DemoSeed.Of($"{model}\n{file?.FileName}\n{form["response_format"]}\n{form["prompt"]}\n{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}");
        var refusal = model.Length == 0 ? DemoRefusal.Invalid("model", "model is required.")
            : file is null ? DemoRefusal.Invalid("file", "file is required.")
            : call.RefusalFor(model, DemoCapability.Transcription);
        if (refusal is not null)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var transcript = new Transcript(file!.FileName, bytes.Length, ToneWave.SecondsOf(bytes), translate);
        if (!translate && form["stream"].ToString().Equals("true", StringComparison.OrdinalIgnoreCase))
            await StreamAsync(await call.OpenStreamAsync(DemoPace.Of(model)), transcript);
        else
            await AnswerAsync(call, transcript, form["response_format"].ToString());
    }

    private static async Task<byte[]> ReadAsync(IFormFile file, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await file.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }

    private static Task AnswerAsync(DemoCall call, Transcript transcript, string format) => format switch
    {
        "" or "json" => call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("text"u8, transcript.Text);
            WriteUsage(json, transcript);
            json.WriteEndObject();
        }),
        "verbose_json" => call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("task"u8, transcript.Translated ? "translate"u8 : "transcribe"u8);
            json.WriteString("language"u8, "english"u8);
            json.WriteNumber("duration"u8, transcript.Duration);
            json.WriteString("text"u8, transcript.Text);
            json.WriteStartArray("segments"u8);
            json.WriteStartObject();
            json.WriteNumber("id"u8, 0);
            json.WriteNumber("start"u8, 0);
            json.WriteNumber("end"u8, transcript.Duration);
            json.WriteString("text"u8, transcript.Text);
            json.WriteEndObject();
            json.WriteEndArray();
            WriteUsage(json, transcript);
            json.WriteEndObject();
        }),
        "text" => call.AnswerAsync("text/plain; charset=utf-8", Encoding.UTF8.GetBytes(transcript.Text + "\n")),
        "srt" => call.AnswerAsync("text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"1\n00:00:00,000 --> {transcript.EndTime(',')}\n{transcript.Text}\n\n")),
        "vtt" => call.AnswerAsync("text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"WEBVTT\n\n00:00:00.000 --> {transcript.EndTime('.')}\n{transcript.Text}\n\n")),
        _ => call.RefuseAsync(DemoRefusal.Invalid("response_format", "response_format must be json, verbose_json, text, srt or vtt.")),
    };

    private static async Task StreamAsync(DemoEventStream stream, Transcript transcript)
    {
        await stream.SendWordsAsync(transcript.Text, null, static (json, word) =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "transcript.text.delta"u8);
            json.WriteString("delta"u8, word);
            json.WriteEndObject();
        });
        await stream.SendAsync(null, json =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "transcript.text.done"u8);
            json.WriteString("text"u8, transcript.Text);
            WriteUsage(json, transcript);
            json.WriteEndObject();
        });
    }

    private static void WriteUsage(System.Text.Json.Utf8JsonWriter json, Transcript transcript)
    {
        var input = (int)Math.Ceiling(transcript.Duration * TokensPerSecond);
        var output = DemoTokenEstimator.Count(transcript.Text);
        json.WriteStartObject("usage"u8);
        json.WriteString("type"u8, "tokens"u8);
        json.WriteNumber("input_tokens"u8, input);
        json.WriteNumber("output_tokens"u8, output);
        json.WriteNumber("total_tokens"u8, input + output);
        json.WriteEndObject();
    }

    private sealed record Transcript(string FileName, int Length, double? Seconds, bool Translated)
    {
        public double Duration => Math.Round(Seconds ?? 0, 3);

        public string Text => string.Create(CultureInfo.InvariantCulture, $"The file \"{DemoText.Quote(FileName)}\" has {Length} bytes{Lasting}. demo-transcribe hears nothing in it, it only looks at the outside.");

        private string Lasting => Seconds is null ? "" : string.Create(CultureInfo.InvariantCulture, $" and lasts {Duration:0.0##} seconds");

        public string EndTime(char separator)
        {
            var end = TimeSpan.FromSeconds(Duration);
            return string.Create(CultureInfo.InvariantCulture, $"{(int)end.TotalHours:00}:{end.Minutes:00}:{end.Seconds:00}{separator}{end.Milliseconds:000}");
        }
    }
}
