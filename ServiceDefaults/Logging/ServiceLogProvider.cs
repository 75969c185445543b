using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary>Renders on the calling thread, because scopes and values belong to it, and leaves writing to <see cref="LogLineWriter"/>.</summary>
internal sealed class ServiceLogProvider : ILoggerProvider, ISupportExternalScope
{
    private readonly ILogFormat _format;
    private readonly TimeProvider _time;
    private readonly LogLineWriter _writer;
    private readonly ConcurrentDictionary<string, CategoryLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private IExternalScopeProvider? _scopes;

    public ServiceLogProvider(ILogFormat format, Stream output, TimeProvider time)
    {
        _format = format;
        _time = time;
        _writer = new LogLineWriter(output, DropReport);
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new CategoryLogger(this, category));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>Writes what is waiting, see <see cref="LogLineWriter.Dispose"/>.</summary>
    public void Dispose() => _writer.Dispose();

    private void Write(in LogLine line)
    {
        lock (_lock) _writer.Add(Render(line, _scopes));
    }

    private byte[] DropReport(long count)
    {
        var line = new LogLine(_time.GetUtcNow(), LogLevel.Warning, typeof(ServiceLog).FullName!, DropEvent,
            $"{count} log lines are missing before this one: they came faster than this log was read.", [new("count", count)], Fault: null);
        lock (_lock) return Render(line, scopes: null);
    }

    private byte[] Render(in LogLine line, IExternalScopeProvider? scopes)
    {
        _buffer.ResetWrittenCount();
        _format.Write(_buffer, line, scopes);
        return _buffer.WrittenSpan.ToArray();
    }

    private sealed class CategoryLogger(ServiceLogProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            owner.Write(new LogLine(owner._time.GetUtcNow(), logLevel, category, eventId.Id, formatter(state, exception), values, exception));
        }
    }

    /// <summary>One of the ids of <see cref="TelemetryLog"/>; the line cannot be logged, as it is about the log.</summary>
    private const int DropEvent = 111;
}
