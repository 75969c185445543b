using System.Security.Cryptography;
using System.Text;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.FilterConfig;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests.FilterConfig;

public sealed class FilterConfigSessionTests : IDisposable
{
    private static readonly TimeSpan s_generous = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_poll = new ManifestWatcherOptions().PollInterval;
    private static readonly TimeSpan s_debounce = new ManifestWatcherOptions().Debounce;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_ThatIsMissing_IsLoadedWhenItAppears()
    {
        using var session = Session(Path.Combine(_folder.Path, "config.yaml"), isBundle: false);
        Assert.Null(await session.LoadAsync(Token));
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);
        var next = changes.MoveNextAsync().AsTask();

        _folder.Write("config.yaml", Document("one"));
        await PollAsync(next);

        Assert.True(await next.WaitAsync(s_generous, Token));
        Assert.Equal("one", Assert.Single(changes.Current.Snapshot.Backends).Name);
    }

    [Fact]
    public async Task File_ChangedBrokenRemovedAndBack_GivesEachResult()
    {
        var file = _folder.Write("config.yaml", Document("one"));
        using var session = Session(file, isBundle: false);
        var first = await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);

        var changed = await NextAsync(changes, () => _folder.Write("config.yaml", Document("two")));
        var broken = await NextAsync(changes, () => _folder.Write("config.yaml", "quotas: []"));
        var gone = await NextAsync(changes, () => File.Delete(file));
        var back = await NextAsync(changes, () => _folder.Write("config.yaml", Document("two")));

        Assert.NotEqual(first!.Snapshot.Revision, changed.Snapshot.Revision);
        Assert.True(broken.HasErrors);
        Assert.Equal($"{file}: error: the file is gone; the last good configuration keeps serving until it is back", Assert.Single(gone.Findings.Lines()));
        Assert.Equal(changed.Snapshot.Revision, back.Snapshot.Revision);
    }

    [Fact]
    public async Task File_OfWhichOnlyTheUuidChanged_GivesNoResult()
    {
        _folder.Write("config.yaml", "uuid: a\n" + Document("one"));
        using var session = Session(Path.Combine(_folder.Path, "config.yaml"), isBundle: false);
        await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);
        var next = changes.MoveNextAsync().AsTask();

        _folder.Write("config.yaml", "uuid: b\n" + Document("one"));
        await PollAsync(next);
        // In one step, because the earlier change may be being read right now.
        File.Move(_folder.Write("next", "uuid: c\n" + Document("two")), Path.Combine(_folder.Path, "config.yaml"), overwrite: true);
        await PollAsync(next);

        Assert.True(await next.WaitAsync(s_generous, Token));
        Assert.Equal("two", Assert.Single(changes.Current.Snapshot.Backends).Name);
    }

    [Fact]
    public async Task Bundle_Replaced_IsTakenOnlyWhenItIsWhole()
    {
        WriteParts(Document("one"));
        WriteIndex(Document("one"));
        using var session = Session(_folder.Path, isBundle: true);
        var first = await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);

        var torn = await NextAsync(changes, () => WriteIndex(Document("two")));
        var whole = await NextAsync(changes, () => WriteParts(Document("two")));

        Assert.Empty(first!.Findings.Lines());
        Assert.Equal("one", Assert.Single(first.Snapshot.Backends).Name);
        Assert.True(torn.HasErrors);
        Assert.Contains(torn.Findings.Lines(), static line => line.EndsWith("error: the parts do not have the checksum of the index; it is read again when the rest of the update arrives", StringComparison.Ordinal));
        Assert.Equal("two", Assert.Single(whole.Snapshot.Backends).Name);
    }

    [Fact]
    public async Task Bundle_WithoutAPart_SaysWhichAndIsLoadedWhenItComes()
    {
        WriteIndex(Document("one"));
        using var session = Session(_folder.Path, isBundle: true);
        var incomplete = await session.LoadAsync(Token);
        await using var changes = session.Changes(Token).GetAsyncEnumerator(Token);

        var whole = await NextAsync(changes, () => WriteParts(Document("one")));

        Assert.Contains($"{Path.Combine(_folder.Path, "parts/000")}: error: the file does not exist; it is read again when the rest of the update arrives", incomplete!.Findings.Lines());
        Assert.False(whole.HasErrors);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("parts/../../secret")]
    public async Task Bundle_WhosePartLeadsElsewhere_IsRefused(string path)
    {
        _folder.Write("index.yaml", $"{{checksum: {new string('0', 64)}, parts: [{{name: p, path: {path}, sizeBytes: 1}}]}}");
        using var session = Session(_folder.Path, isBundle: true);

        var result = await session.LoadAsync(Token);

        Assert.Contains(result!.Findings.Lines(), static line => line.Contains("parts[0].path", StringComparison.Ordinal) && line.Contains("should match", StringComparison.Ordinal));
    }

    private static string Document(string backend) => $"backends:\n- name: {backend}\n  schema: {{name: OpenAI, prefix: v1}}\n";

    private void WriteParts(string document)
    {
        _folder.Write("parts/000", document[..20]);
        _folder.Write("parts/001", document[20..]);
    }

    private void WriteIndex(string document) => _folder.Write(
        "index.yaml",
        $"""
        version: v1.1.0
        uuid: 1
        checksum: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)))}
        parts:
        - {"{"}name: part-000, path: parts/000, sizeBytes: 20{"}"}
        - {"{"}name: part-001, path: parts/001, sizeBytes: {document.Length - 20}{"}"}
        createdAt: 2026-01-01T00:00:00Z
        """);

    private FilterConfigSession Session(string path, bool isBundle) =>
        new(new FilterConfigOptions { Path = path, IsBundle = isBundle, Time = _time, Watching = new ManifestWatcherOptions { UseFileEvents = false } });

    private async Task<CompilationResult> NextAsync(IAsyncEnumerator<CompilationResult> changes, Action change)
    {
        var next = changes.MoveNextAsync().AsTask();
        change();
        await PollAsync(next);
        Assert.True(await next.WaitAsync(s_generous, Token));
        return changes.Current;
    }

    private async Task PollAsync(Task next)
    {
        _time.Advance(s_poll);
        // What is written while an earlier change is being read comes with it, and no further timer starts.
        await Task.WhenAny(next, _time.TimerStartedAsync(s_debounce, Token)).WaitAsync(s_generous, Token);
        _time.Advance(s_debounce);
    }
}
