using System.Collections.Concurrent;
using System.Diagnostics;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>A program that a test started, with everything it says. Ended by its own id, never by name.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _what;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ChangeSignal _changed = new();
    private bool _disposed;

    private ChildProcess(Process process, string what)
    {
        _process = process;
        _what = what;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.Exited += (_, _) => _changed.Pulse();
        process.EnableRaisingEvents = true;
    }

    public int Id => _process.Id;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Resident memory now, as the kernel counts it.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="program">File name, found in the path when it has no folder.</param>
    /// <param name="arguments">Passed as they are, without a shell.</param>
    /// <param name="environment">Added to this process's environment; null removes a variable.</param>
    /// <param name="folder">Working folder.</param>
    /// <param name="keepInputOpen">Its standard input stays open until it is disposed; else it is the test's own.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null, bool keepInputOpen = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = keepInputOpen,
            UseShellExecute = false,
            WorkingDirectory = folder ?? RepositoryRoot.Path,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start }, $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}");
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>The first line of standard error that fits.</summary>
    /// <exception cref="ExpectationException">The program ended first; the message has what it said.</exception>
    public Task<string> WaitForErrorLineAsync(Func<string, bool> fits, CancellationToken cancellationToken) => WaitForLineAsync(_errors, fits, cancellationToken);

    /// <summary>The first line of standard output that fits.</summary>
    /// <exception cref="ExpectationException">The program ended first; the message has what it said.</exception>
    public Task<string> WaitForOutputLineAsync(Func<string, bool> fits, CancellationToken cancellationToken) => WaitForLineAsync(_output, fits, cancellationToken);

    /// <summary>Waits for the end and for the last line.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <exception cref="ExpectationException">The program is not running any more.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited) throw Ended();
    }

    /// <summary>Waits until a page of the program answers with success.</summary>
    /// <exception cref="ExpectationException">The program ended, or the limit was reached first.</exception>
    public async Task AnswersAsync(Uri page, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.GetAsync(
            async token =>
            {
                ThrowIfEnded();
                try
                {
                    using var answer = await client.GetAsync(page, token);
                    return answer.IsSuccessStatusCode ? this : null;
                }
                catch (HttpRequestException)
                {
                    return null; // It does not listen yet.
                }
            },
            () => $"{this} to be ready:\n{string.Join('\n', _errors.TakeLast(20))}", cancellationToken);
    }

    /// <summary>Asks the program to end, as <c>kill PID</c> does.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited) return;
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return; // a test that killed it and failed before it was started again
        _disposed = true;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        using var limit = new CancellationTokenSource(TestDeadline.Default);
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
    }

    public override string ToString() => _what;

    private async Task<string> WaitForLineAsync(ConcurrentQueue<string> lines, Func<string, bool> fits, CancellationToken cancellationToken)
    {
        await _changed.WaitUntilAsync(() => lines.Any(fits) || _process.HasExited, cancellationToken);
        return lines.FirstOrDefault(fits) ?? throw Ended();
    }

    private ExpectationException Ended() =>
        new($"{_what} ended with exit code {_process.ExitCode}.\n{string.Join('\n', _errors.Concat(_output).TakeLast(40))}");

    private void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null) return;
        lines.Enqueue(line);
        _changed.Pulse();
    }
}
