using System.Threading.Channels;
using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Cli.Hosting;

/// <summary>Shows finished requests on a terminal. A terminal that stands still (Ctrl-S) loses lines; it never holds up a request.</summary>
internal sealed class RequestLines : ICompletionSink, IAsyncDisposable
{
    private const int MostWaiting = 1024;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly CliEnvironment _environment;
    private readonly Task _writing;

    public RequestLines(CliEnvironment environment)
    {
        _environment = environment;
        _writing = WriteAsync();
    }

    /// <inheritdoc />
    public void Completed(Exchange exchange, UsageRecord record)
    {
        TimeSpan? firstByte = exchange is { Streamed: true, FirstByteTimestamp: not 0 } ? exchange.Time.GetElapsedTime(exchange.StartTimestamp, exchange.FirstByteTimestamp) : null;
        var local = TimeZoneInfo.ConvertTime(record.StartedAt + record.Duration, _environment.Time.LocalTimeZone);
        _lines.Writer.TryWrite(RequestLine.Render(record, firstByte, local, _environment.UsesColor));
    }

    /// <summary>Prints what is waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
            await _environment.Error.WriteLineAsync(line);
    }
}
