using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace AiGateway.TestSupport.Observation;

/// <summary>Keeps every log entry of a host, scopes included. Add it with <c>builder.Logging.AddProvider(logs)</c>.</summary>
public sealed class CapturedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ChangeSignal _changed = new();
    private ImmutableList<LogEntry> _entries = [];
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyList<LogEntry> Entries => Volatile.Read(ref _entries);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>Waits for an entry, past or future.</summary>
    public async Task<LogEntry> WaitForAsync(Func<LogEntry, bool> condition, CancellationToken cancellationToken)
    {
        await _changed.WaitUntilAsync(() => Entries.Any(condition), cancellationToken);
        return Entries.First(condition);
    }

    /// <summary>Fails when an entry of level Error or above is there that the test did not expect.</summary>
    public void ExpectNoErrors(Func<LogEntry, bool>? expected = null)
    {
        var errors = Entries.Where(entry => entry.Level >= LogLevel.Error && expected?.Invoke(entry) != true).ToArray();
        if (errors.Length > 0)
            throw new ExpectationException($"{errors.Length} unexpected errors were logged:\n{string.Join<LogEntry>("\n", errors)}");
    }

    public void Dispose()
    {
    }

    private void Add(LogEntry entry)
    {
        ImmutableInterlocked.Update(ref _entries, entries => entries.Add(entry));
        _changed.Pulse();
    }

    private sealed class Logger(CapturedLogs owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var properties = new List<KeyValuePair<string, object?>>();
            owner._scopes.ForEachScope(Collect, properties);
            Collect(state, properties);
            owner.Add(new LogEntry(category, logLevel, eventId, formatter(state, exception), properties, exception));
        }

        private static void Collect(object? state, List<KeyValuePair<string, object?>> properties)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
                properties.AddRange(values);
            else if (state is not null)
                properties.Add(new KeyValuePair<string, object?>("Scope", state));
        }
    }
}
