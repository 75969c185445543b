using AiGateway.Contracts;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>Requests and answers of each dialect, as small as they can be and still be real.</summary>
internal static class Samples
{
    public const string Chat = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
    public const string ChatStream = """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}""";
    public const string Messages = """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""";
    public const string MessagesStream = """{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    public const string ChatAnswer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

    public static readonly TokenUsage ChatUsage = new() { Input = 9, Output = 2, Total = 11 };

    /// <summary>An Anthropic stream, one event per entry; the counters are in the first and in the last but one.</summary>
    public static readonly string[] MessagesEvents =
    [
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"m-1\",\"usage\":{\"input_tokens\":20,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"lo\"}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":12}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ];

    /// <summary>An OpenAI chat stream whose last chunk carries the usage.</summary>
    public static readonly string[] ChatEvents =
    [
        "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n",
        "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n",
        "data: [DONE]\n\n",
    ];

    public static string Joined(IEnumerable<string> events) => string.Concat(events);
}
