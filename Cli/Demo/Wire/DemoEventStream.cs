using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace AiGateway.Cli.Demo.Wire;

/// <summary>Sends server-sent events at the pace of a model. Every event is flushed, and every wait ends when the gateway hangs up.</summary>
internal sealed class DemoEventStream(PipeWriter output, DemoPace pace, TimeProvider time, CancellationToken aborted)
{
    private bool _spoke;

    /// <summary>Sends one event; <paramref name="name"/> null leaves the <c>event:</c> line out, as OpenAI's chat does.</summary>
    public async Task SendAsync(string? name, Action<Utf8JsonWriter> data)
    {
        if (name is not null)
            Write($"event: {name}\n");
        output.Write("data: "u8);
        output.Write(DemoJson.Bytes(data).Span);
        output.Write("\n\n"u8);
        await FlushAsync();
    }

    /// <summary>Sends OpenAI's end marker.</summary>
    public Task SendDoneAsync()
    {
        output.Write("data: [DONE]\n\n"u8);
        return FlushAsync();
    }

    /// <summary>Sends a text as one event per word, with the pause of the model between two words.</summary>
    public async Task SendWordsAsync(string text, string? name, Action<Utf8JsonWriter, string> data)
    {
        foreach (var word in DemoText.Words(text))
        {
            // The first word follows the opening events at once; later texts of the same answer keep the rhythm.
            if (_spoke)
                await Task.Delay(pace.BetweenWords, time, aborted);
            _spoke = true;
            await SendAsync(name, json => data(json, word));
        }
    }

    private async Task FlushAsync()
    {
        var result = await output.FlushAsync(aborted);
        if (result.IsCompleted)
            throw new OperationCanceledException(aborted);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, output);
}
