using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Operation;

public sealed class SecretTests
{
    [Fact]
    public async Task Secrets_OfClientAndBackend_AppearNowhere()
    {
        var scan = new SecretScan();
        var (client, key, tenant, cookie) = (scan.Plant("client"), scan.Plant("backend"), scan.Plant("tenant"), scan.Plant("cookie"));
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Json(200, Samples.ChatAnswer), MockAnswer.Text(500, "down"), MockAnswer.ResetAtOnce(), MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).ResetAfter(100), MockAnswer.Json(401, """{"error":"bad key"}"""));
        var snapshot = new TestSnapshot();
        BackendSpec With(BackendSpec backend) => backend with { Credential = new CredentialSpec.ApiKey(new SecretString(key)) { Override = new CredentialOverrideSpec("x-tenant-key", FallbackToConfigured: true) } };
        snapshot.Route("m", upstream.Port, backend: With).Route("gone", 1, backend: With);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot, null, ("OTEL_TRACES_EXPORTER", "console"));
        (string, string)[] headers = [("authorization", $"Bearer {client}"), ("x-api-key", client), ("cookie", cookie)];

        foreach (var body in (string[])[Samples.Chat, Samples.Chat, Samples.Chat, Samples.ChatStream, Samples.Chat, """{"model":"gone"}""", """{"model":"none"}""", "{", "[]"])
        {
            var (response, text) = await gateway.AskAsync("/v1/chat/completions", body, [.. headers, .. body.Length % 2 == 0 ? new[] { ("x-tenant-key", tenant) } : []]);
            scan.ExpectAbsent("body", text);
            scan.ExpectAbsent("headers", $"{response.Headers}{response.Content.Headers}");
            await gateway.NextRecordAsync();
        }

        scan.ExpectAbsent(gateway.Logs);
        scan.ExpectAbsent("metrics", gateway.Metrics());
        await gateway.Host.DisposeAsync();
        var output = await gateway.OutputAsync();
        Assert.Contains("ChatCompletion", output, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"succeeded\"", output, StringComparison.Ordinal);
        scan.ExpectAbsent("output", output);
        Assert.All(upstream.Requests, request => Assert.DoesNotContain(request.Headers, header => header.Value.Contains(client, StringComparison.Ordinal) || header.Value.Contains(cookie, StringComparison.Ordinal)));
        Assert.Contains(upstream.Requests, request => request.Headers["authorization"] == $"Bearer {key}");
    }
}
