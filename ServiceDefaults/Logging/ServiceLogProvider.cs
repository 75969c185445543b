using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Logging;

/// <summary>Renders on the calling thread and writes each line whole, in the order of arrival.</summary>
internal sealed class ServiceLogProvider(ILogFormat format, Stream output, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentDictionary<string, CategoryLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new CategoryLogger(this, category));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => output.Flush();

    private void Write(in LogLine line)
    {
        lock (_lock)
        {
            _buffer.ResetWrittenCount();
            format.Write(_buffer, line, _scopes);
            try
            {
                output.Write(_buffer.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Standard error is gone: there is no place left to say so, and a log line is no reason to fail a request.
            }
        }
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
            owner.Write(new LogLine(owner.Now(), logLevel, category, eventId.Id, formatter(state, exception), values, exception));
        }
    }

    private DateTimeOffset Now() => time.GetUtcNow();
}
