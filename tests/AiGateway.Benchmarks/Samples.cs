using System.Text;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.Benchmarks;

/// <summary>The bytes that every benchmark works on. Shaped like provider traffic: an answer of 1 KB, a stream of 200 chunks with a usage chunk at its end.</summary>
internal static class Samples
{
    /// <summary>The model of all samples.</summary>
    public const string Model = "gpt-4o-mini";

    /// <summary>Chunks in <see cref="Stream"/> that carry text.</summary>
    public const int Chunks = 200;

    /// <summary>The chat operation.</summary>
    public static EndpointDescriptor Chat { get; } = EndpointCatalog.All.First(endpoint => endpoint.Kind == EndpointKind.ChatCompletions);

    /// <summary>A chat request of exactly <paramref name="length"/> bytes.</summary>
    public static byte[] Request(int length, bool stream = false)
    {
        var head = $$"""{"model":"{{Model}}","temperature":0.2,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":""" + "\"";
        const string Tail = "\"}]}";
        return Encoding.UTF8.GetBytes(head + Text(length - head.Length - Tail.Length) + Tail);
    }

    /// <summary>A plain answer of exactly 1 KB.</summary>
    public static byte[] Answer()
    {
        var head = $$"""{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"{{Model}}","choices":[{"index":0,"message":{"role":"assistant","content":""" + "\"";
        const string Tail = "\"" + """},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":150,"total_tokens":169,"prompt_tokens_details":{"cached_tokens":8}},"system_fingerprint":"fp_1"}""";
        return Encoding.UTF8.GetBytes(head + Text(1024 - head.Length - Tail.Length) + Tail);
    }

    /// <summary>An event stream, one array per event, as a provider sends it that was asked for usage.</summary>
    public static byte[][] Stream()
    {
        var events = new List<byte[]>();
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            events.Add(Event($$"""[{"index":0,"delta":{"content":" word{{chunk}}"},"finish_reason":null}]""", "null"));
        }

        events.Add(Event("""[{"index":0,"delta":{},"finish_reason":"stop"}]""", "null"));
        events.Add(Event("[]", """{"prompt_tokens":19,"completion_tokens":200,"total_tokens":219}"""));
        events.Add("data: [DONE]\n\n"u8.ToArray());
        return [.. events];
    }

    private static byte[] Event(string choices, string usage)
        => Encoding.UTF8.GetBytes($$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"{{Model}}","choices":{{choices}},"usage":{{usage}}}""" + "\n\n");

    private static string Text(int length)
    {
        const string Words = "The quick brown fox jumps over the lazy dog. ";
        return string.Create(length, Words, static (text, words) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = words[i % words.Length];
        });
    }
}
