using System.Text;
using AiGateway.ServiceDefaults.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace AiGateway.ServiceDefaults.Tests.Admin;

public sealed class AdminEndpointsTests
{
    private static readonly DateTimeOffset s_loaded = new(2026, 1, 31, 11, 59, 0, TimeSpan.Zero);

    [Fact]
    public async Task Health_Always_IsOk() => Assert.Equal((200, "text/plain; charset=utf-8", "OK\n"), await GetAsync("/health"));

    [Fact]
    public async Task Metrics_Get_IsThePrometheusPage()
    {
        var (status, type, body) = await GetAsync("/metrics");
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        Assert.StartsWith("# HELP target_info", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_NothingLoaded_Is503WithTheReason() => Assert.Equal(
        (503, "application/json", """{"ready":false,"reason":"no configuration yet","configuration":{"revision":null}}"""),
        await GetAsync("/ready", report: new ReadinessReport { Ready = false, Reason = "no configuration yet" }));

    [Fact]
    public async Task Ready_AfterARejectedReload_SaysWhatServesAndWhatWasRefused() => Assert.Equal(
        (200, "application/json", """{"ready":true,"configuration":{"revision":"r7","loadedAt":"2026-01-31T11:59:00+00:00","ageSeconds":60,"lastRejected":{"at":"2026-01-31T12:00:00+00:00","revision":"r8","reasons":["unknown backend"]}}}"""),
        await GetAsync("/ready", report: new ReadinessReport { Ready = true, Revision = "r7", LoadedAt = s_loaded, LastRejected = new RejectedReload(s_loaded.AddMinutes(1), "r8", ["unknown backend"]) }));

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/metrics/x", 404)]
    [InlineData("POST", "/metrics", 405)]
    public async Task Request_Other_IsRefused(string method, string path, int expected) => Assert.Equal(expected, (await GetAsync(path, method)).Status);

    [Fact]
    public async Task Head_Ready_HasStatusWithoutBody() =>
        Assert.Equal((503, ""), await GetAsync("/ready", "HEAD", new ReadinessReport { Ready = false }) is var (status, _, body) ? (status, body) : default);

    private static async Task<(int Status, string? Type, string Body)> GetAsync(string path, string method = "GET", ReadinessReport? report = null)
    {
        await using var test = new TestPipeline(TestPipeline.Options());
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await new AdminEndpoints(test.Pipeline.Prometheus, () => report ?? new ReadinessReport { Ready = true }, new ManualTime()).HandleAsync(context);
        return (context.Response.StatusCode, context.Response.ContentType, Encoding.UTF8.GetString(body.ToArray()));
    }
}
