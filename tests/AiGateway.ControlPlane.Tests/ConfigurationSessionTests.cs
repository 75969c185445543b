using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

public sealed class ConfigurationSessionTests : IDisposable
{
    private static readonly TimeSpan s_generous = TimeSpan.FromSeconds(30);
    private static readonly string s_example = File.ReadAllText(Path.Combine(Repository.Root, "examples", "guide", "gateway.yaml"));

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Session_Loaded_GivesCompiledConfiguration()
    {
        using var session = Session(_folder.Write("config.yaml", s_example));

        var result = await session.LoadAsync(Token);

        Assert.Empty(result.Findings.Lines());
        Assert.Single(result.Snapshot.Routes);
    }

    [Fact]
    public async Task File_EditedWithAMistakeAndCorrected_GivesBothResults()
    {
        var file = _folder.Write("config.yaml", s_example);
        using var session = Session(file);
        var first = await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);

        _folder.Write("config.yaml", s_example.Replace("name: OpenAI", "name: OpenAl", StringComparison.Ordinal));
        var broken = await NextAsync(changes);
        _folder.Write("config.yaml", s_example.Replace("gemini-2.5-flash", "gemini-2.5-pro", StringComparison.Ordinal));
        var corrected = await NextAsync(changes);

        Assert.True(broken.HasErrors);
        Assert.False(corrected.HasErrors);
        Assert.NotEqual(first.Snapshot.Revision, corrected.Snapshot.Revision);
        Assert.Equal("gemini-2.5-pro", corrected.Snapshot.Routes[0].Rules[0].Matches[0].Headers[0].Value);
    }

    [Fact]
    public async Task File_ChangedInACommentOnly_GivesNoResult()
    {
        _folder.Write("config.yaml", s_example);
        using var session = Session(_folder.Path);
        await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);
        var next = NextAsync(changes);

        _folder.Write("config.yaml", s_example + "# a remark\n");
        _folder.Write("config.yaml", s_example.Replace("port: 1975", "port: 1976", StringComparison.Ordinal));

        Assert.Equal(1976, (await next).Snapshot.Listeners[0].Port);
    }

    [Fact]
    public async Task SecretFile_Rotated_GivesANewRevision()
    {
        _folder.Write("keys/kivoyo", "first");
        var file = _folder.Write("config.yaml", s_example.Replace("substitution.aigw.run/env/apiKey: KIVOYO_API_KEY", "substitution.aigw.run/file/apiKey: keys/kivoyo", StringComparison.Ordinal));
        var time = new ManualTime();
        using var session = new ConfigurationSession(new ConfigurationSessionOptions
        {
            Paths = [file],
            Environment = static _ => null,
            Time = time,
            Watching = new ManifestWatcherOptions { UseFileEvents = false },
        });
        var first = await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);
        var next = NextAsync(changes);

        _folder.Write("keys/kivoyo", "second");
        time.Advance(new ManifestWatcherOptions().PollInterval);
        await time.TimerStartedAsync(new ManifestWatcherOptions().Debounce, Token);
        time.Advance(new ManifestWatcherOptions().Debounce);

        Assert.NotEqual(first.Snapshot.Revision, (await next).Snapshot.Revision);
    }

    private static async Task<CompilationResult> NextAsync(IAsyncEnumerator<CompilationResult> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(s_generous, Token));
        return changes.Current;
    }

    private static ConfigurationSession Session(string path) => new(new ConfigurationSessionOptions
    {
        Paths = [path],
        Environment = static _ => "key",
        Watching = new ManifestWatcherOptions { Debounce = TimeSpan.FromMilliseconds(20), PollInterval = TimeSpan.FromMilliseconds(250) },
    });
}
