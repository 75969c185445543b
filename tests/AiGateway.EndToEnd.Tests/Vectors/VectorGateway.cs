using System.Collections.Concurrent;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>A gateway between us and a provider that answers each request with the recording the request names.</summary>
internal sealed class VectorGateway : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, MockAnswer> _answers = new();
    private readonly MockUpstream _upstream;

    private readonly IOrigin _origin;

    private VectorGateway(MockUpstream upstream, IOrigin origin)
    {
        _upstream = upstream;
        _origin = origin;
        upstream.Answer(request => _answers.TryRemove(request.Headers["x-vector"] ?? "", out var answer) ? answer : MockAnswer.Text(501, $"no recording for {request.Target}"));
    }

    /// <param name="topology">What stands between us and the provider.</param>
    /// <param name="collector">Gets the spans.</param>
    /// <param name="settings">Further variables of the process.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<VectorGateway> StartAsync(Topology topology, OtelCollector collector, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        var upstream = await MockUpstream.StartAsync();
        try
        {
            var manifest = new GatewayManifest()
                .Provider("openai", "OpenAI", upstream.Port)
                .Provider("anthropic", "Anthropic", upstream.Port)
                .Provider("azure", "AzureOpenAI", upstream.Port);
            var environment = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = new Uri(collector.Http, "v1/traces").ToString(),
                ["OTEL_BSP_SCHEDULE_DELAY"] = "5",
            };
            foreach (var (name, value) in settings ?? new Dictionary<string, string>()) environment[name] = value;
            return new VectorGateway(upstream, await Origins.StartAsync(topology, manifest, environment, cancellationToken));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one exchange through the gateway.</summary>
    /// <param name="id">Request id, by which its span is found.</param>
    /// <param name="url">Address at the provider; tells the provider and the path.</param>
    /// <param name="body">Request body.</param>
    /// <param name="contentType">Of the request.</param>
    /// <param name="answer">What the provider does.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    public async Task<HttpResponseMessage> SendAsync(string id, Uri url, byte[] body, string contentType, MockAnswer answer, CancellationToken cancellationToken)
    {
        _answers[id] = answer;
        var isAzure = url.AbsolutePath.StartsWith("/openai/deployments/", StringComparison.Ordinal);
        var path = isAzure ? "/v1/" + string.Join('/', url.AbsolutePath.Split('/').Skip(4)) : url.AbsolutePath;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        request.Headers.Add("x-vector", id);
        request.Headers.Add("x-request-id", id);
        request.Headers.Add("x-test-provider", isAzure ? "azure" : path.StartsWith("/v1/messages", StringComparison.Ordinal) ? "anthropic" : "openai");
        return await _origin.Client.SendAsync(request, cancellationToken);
    }

    /// <summary>The one AI span of a request.</summary>
    public static async Task<OtlpSpan> SpanAsync(OtelCollector collector, string id, CancellationToken cancellationToken) =>
        OtlpSpan.Parse(Assert.Single(await collector.SpansOfAsync(id, cancellationToken), span => Otlp.Attribute(span, "openinference.span.kind") is not null));

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        await _upstream.DisposeAsync();
    }
}
