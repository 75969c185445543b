using System.Diagnostics;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class SpanQueueTests
{
    [Fact]
    public async Task Enqueue_OverTheBytes_GivesTheNewestUpAndCountsIt()
    {
        using var gate = new GatedConvention();
        var queue = new SpanQueue(gate, capacity: 100, maxBytes: 1000, exception => throw exception);
        queue.Enqueue(Work(600));
        await gate.Entered; // the first span is being built and holds nothing in the queue any more

        queue.Enqueue(Work(600));
        queue.Enqueue(Work(600));
        queue.Enqueue(Work(300));
        Assert.Equal(1, queue.DroppedCount);

        gate.Open();
        await queue.DisposeAsync();
        Assert.Equal((1L, 3), (queue.DroppedCount, gate.Built));
    }

    private static SpanWork Work(int bytes)
    {
        var request = new PooledBytes(bytes);
        request.Write(new byte[bytes]);
        return new SpanWork(new Activity("test").Start(), Captures.Json(EndpointKind.ChatCompletions, "{}", "{}"), TimeProvider.System.GetUtcNow(), request, null);
    }

    private sealed class GatedConvention : ISpanConvention, IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public int Built { get; private set; }

        public void Open() => _open.Set();

        public SpanRecord Build(ExchangeCapture capture)
        {
            _entered.TrySetResult();
            _open.Wait(TestContext.Current.CancellationToken);
            Built++;
            return new SpanRecord { Name = "test", Attributes = [], Status = ActivityStatusCode.Ok };
        }

        public void Dispose() => _open.Dispose();
    }
}
