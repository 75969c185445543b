using System.Text;

namespace AiGateway.Cli.Tests.Support;

/// <summary>A standard stream that a test can read back and wait on.</summary>
internal sealed class LineWriter : TextWriter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly List<(Func<string, bool> Condition, TaskCompletionSource<string> Met)> _waits = [];

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Everything written so far.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return _text.ToString();
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_gate)
        {
            _text.Append(value);
            var text = _text.ToString();
            foreach (var wait in _waits.FindAll(wait => wait.Condition(text)))
            {
                _waits.Remove(wait);
                wait.Met.SetResult(text);
            }
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value) => WriteAsync(value + "\n");

    public override Task WriteLineAsync() => WriteAsync("\n");

    /// <summary>Completes when the text so far fulfils the condition.</summary>
    public Task<string> WaitForAsync(Func<string, bool> condition)
    {
        lock (_gate)
        {
            var text = _text.ToString();
            if (condition(text))
                return Task.FromResult(text);
            var met = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((condition, met));
            return met.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }
}
