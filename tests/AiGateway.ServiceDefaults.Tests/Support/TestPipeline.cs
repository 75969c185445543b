using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Tests.Support;

/// <summary>A pipeline with a source and a meter of its own, so that tests can run side by side.</summary>
internal sealed class TestPipeline : IAsyncDisposable
{
    public TestPipeline(TelemetryOptions options)
    {
        var name = $"test-{Guid.CreateVersion7():N}";
        Source = new ActivitySource(name, "1.2.3");
        Meter = new Meter(name);
        Pipeline = TelemetryPipeline.Start(options, new TelemetrySources([name], [name]), LoggerFactory.Create(logging => logging.AddProvider(Log)), Output);
    }

    public ActivitySource Source { get; }

    public Meter Meter { get; }

    public TelemetryPipeline Pipeline { get; }

    public RecordingLog Log { get; } = new();

    public MemoryStream Output { get; } = new();

    public static TelemetryOptions Options(params (string Name, string Value)[] variables)
    {
        var map = variables.ToDictionary(pair => pair.Name, pair => pair.Value);
        return TelemetryOptions.FromEnvironment(map.GetValueOrDefault);
    }

    public void Spans(int count, string prefix = "span")
    {
        for (var index = 0; index < count; index++) Source.StartActivity($"{prefix}-{index}")!.Dispose();
    }

    public async Task FlushAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        Assert.True(await Pipeline.FlushAsync(limit.Token), $"Not everything was delivered within a minute.\n{Log}");
    }

    public string OutputText() => System.Text.Encoding.UTF8.GetString(Output.ToArray());

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        Source.Dispose();
        Meter.Dispose();
    }
}
