using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Envoy;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>A real Envoy whose router filter streams responses in full duplex, as an operator may set it in the bootstrap.</summary>
public sealed class EnvoyFilterModeTests
{
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";
    private const string Content = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    private const string Usage = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Theory]
    [InlineData("json", 200, Answer)]
    [InlineData("events", 200, Content + Done)]
    [InlineData("text-error", 400, null)]
    [InlineData("json-error", 429, "{\"error\":{}}")]
    [InlineData("unreachable", 502, null)]
    [InlineData("unknown-model", 404, null)]
    public async Task FullDuplexResponse_BehindEnvoy_IsWhatABufferingFilterGives(string scenario, int status, string? body)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(scenario switch
        {
            "events" => MockAnswer.Sse(Content + Usage + Done).CutEvery(70),
            "text-error" => MockAnswer.Text(400, "no \"such\" thing"),
            "json-error" => MockAnswer.Json(429, "{\"error\":{}}"),
            _ => MockAnswer.Json(200, Answer),
        });
        var provider = scenario == "unreachable" ? FreePort.Find() : upstream.Port;
        string manifest(int port) => new GatewayManifest().Model("m", "openai", "OpenAI", provider).ToString().Replace("port: 1975", $"port: {port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
        var run = RealParts.Shared("envoy");
        await using var service = await ExtProcProcess.StartAsync(manifest(1975), port: 0, environment: null, deadline);
        await using var envoy = await EnvoyServer.StartAsync(run, manifest, service.Port, deadline, change: FullDuplex);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"{{(scenario == "unknown-model" ? "none" : "m")}}",{{(scenario == "events" ? "\"stream\":true," : "")}}"messages":[]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-request-id", scenario);

        using var response = await envoy.Client.SendAsync(request, deadline);

        var text = await response.Content.ReadAsStringAsync(deadline);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        if (body is not null) Assert.Equal(body, text);
        else Assert.NotNull(JsonElement.Parse(text).GetProperty("error").GetProperty("message").GetString());
        var entry = await envoy.LogEntryAsync(scenario, deadline);
        if (status == 200) Assert.Equal(9, entry.GetProperty("gen_ai.usage.input_tokens").GetInt32());
    }

    private static string FullDuplex(string bootstrap)
    {
        const string Buffered = "response_body_mode: BUFFERED";
        Assert.Contains(Buffered, bootstrap, StringComparison.Ordinal);
        return bootstrap.Replace(Buffered, "response_body_mode: FULL_DUPLEX_STREAMED", StringComparison.Ordinal).Replace("response_trailer_mode: SKIP", "response_trailer_mode: SEND", StringComparison.Ordinal);
    }
}
