using System.Runtime.InteropServices;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

public sealed class ManifestWatcherTests : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan s_debounce = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_generous = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public static bool HasLibc => !OperatingSystem.IsWindows();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_ChangedSeveralTimesWhileSettling_IsOneChange()
    {
        var file = _folder.Write("a.yaml", "one");
        using var watcher = Polling(file);
        await using var changes = watcher.ChangesAsync(Token).GetAsyncEnumerator(Token);
        var next = changes.MoveNextAsync();

        _folder.Write("a.yaml", "two");
        _time.Advance(s_poll);
        await _time.TimerStartedAsync(s_debounce, Token);
        _folder.Write("a.yaml", "three");
        _time.Advance(s_debounce);
        await _time.TimerStartedAsync(s_debounce, Token);
        Assert.False(next.IsCompleted);
        _time.Advance(s_debounce);

        Assert.True(await next);
    }

    [Fact]
    public async Task File_WrittenAndWrittenBack_IsNoChange()
    {
        var file = _folder.Write("a.yaml", "one");
        using var watcher = Polling(file);
        await using var changes = watcher.ChangesAsync(Token).GetAsyncEnumerator(Token);
        var next = changes.MoveNextAsync();

        _folder.Write("a.yaml", "two");
        _time.Advance(s_poll);
        await _time.TimerStartedAsync(s_debounce, Token);
        _folder.Write("a.yaml", "one");
        _time.Advance(s_debounce);
        await _time.TimerStartedAsync(s_debounce, Token);
        _time.Advance(s_debounce);
        // A later real change is the first one reported, and it takes a settling period of its own.
        _folder.Write("a.yaml", "three");
        _time.Advance(s_poll);
        await _time.TimerStartedAsync(s_debounce, Token);

        Assert.False(next.IsCompleted);
        _time.Advance(s_debounce);
        Assert.True(await next);
    }

    [Theory(SkipUnless = nameof(HasLibc), Skip = "needs rename(2)")]
    [InlineData("new file")]
    [InlineData("deleted file")]
    [InlineData("renamed over")]
    [InlineData("swapped link")]
    [InlineData("secret file")]
    public async Task Content_ChangedInAnyWay_IsNoticedByPolling(string way)
    {
        var folder = Arrange();
        using var watcher = Polling(folder);
        watcher.AlsoWatch([Path.Combine(_folder.Path, "secret")]);
        await using var changes = watcher.ChangesAsync(Token).GetAsyncEnumerator(Token);
        var next = changes.MoveNextAsync();

        Change(way);
        _time.Advance(s_poll);
        await _time.TimerStartedAsync(s_debounce, Token);
        _time.Advance(s_debounce);

        Assert.True(await next);
    }

    [Theory(SkipUnless = nameof(HasLibc), Skip = "needs rename(2)")]
    [InlineData("new file")]
    [InlineData("deleted file")]
    [InlineData("renamed over")]
    [InlineData("swapped link")]
    public async Task Content_ChangedInAnyWay_IsNoticedByFileEventsAlone(string way)
    {
        var folder = Arrange();
        // No poll falls into the time of the test: only events can wake the watcher.
        using var watcher = new ManifestWatcher([folder], new ManifestWatcherOptions { Debounce = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromHours(1) }, TimeProvider.System);
        await using var changes = watcher.ChangesAsync(Token).GetAsyncEnumerator(Token);

        Change(way);

        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(s_generous, Token));
    }

    /// <summary>A mounted volume as Kubernetes lays it out: files are links into <c>..data</c>, which is a link to a dated folder.</summary>
    private string Arrange()
    {
        var volume = Path.Combine(_folder.Path, "volume");
        _folder.Write("volume/..2026_01/config.yaml", "one");
        _folder.Write("volume/..2026_02/config.yaml", "two");
        _folder.Write("volume/plain.yaml", "one");
        _folder.Write("secret", "one");
        Directory.CreateSymbolicLink(Path.Combine(volume, "..data"), "..2026_01");
        File.CreateSymbolicLink(Path.Combine(volume, "config.yaml"), "..data/config.yaml");
        return volume;
    }

    private void Change(string way)
    {
        var volume = Path.Combine(_folder.Path, "volume");
        switch (way)
        {
            case "new file":
                _folder.Write("volume/added.yaml", "new");
                break;
            case "deleted file":
                File.Delete(Path.Combine(volume, "plain.yaml"));
                break;
            case "renamed over":
                File.Move(_folder.Write("volume/plain.yaml.tmp", "two"), Path.Combine(volume, "plain.yaml"), overwrite: true);
                break;
            case "swapped link":
                Directory.CreateSymbolicLink(Path.Combine(volume, "..data_tmp"), "..2026_02");
                Assert.Equal(0, Rename(Path.Combine(volume, "..data_tmp"), Path.Combine(volume, "..data")));
                break;
            default:
                _folder.Write("secret", "two");
                break;
        }
    }

    /// <summary>The atomic replacement of a link to a folder, which the class library refuses.</summary>
    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    private ManifestWatcher Polling(string path) =>
        new([path], new ManifestWatcherOptions { Debounce = s_debounce, PollInterval = s_poll, UseFileEvents = false }, _time);
}
