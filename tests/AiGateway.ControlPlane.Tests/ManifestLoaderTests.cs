using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

public sealed class ManifestLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folder_Loaded_GivesManifestFilesInOrderOfName()
    {
        _folder.Write("b.yml", Manifest("second"));
        _folder.Write("a.yaml", Manifest("first"));
        _folder.Write("c.json", """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "third"}}""");
        _folder.Write("notes.txt", "no manifest");
        _folder.Write(".hidden.yaml", "no: manifest");

        var set = await LoadAsync(_folder.Path);

        Assert.Empty(set.Findings.Lines());
        Assert.Equal(["first", "second", "third"], set.Objects.Select(static name => name.Name));
    }

    [Fact]
    public async Task SeveralPaths_Loaded_AreOneConfiguration()
    {
        var first = _folder.Write("one.yaml", Manifest("one"));
        var second = _folder.Write("two.yaml", Manifest("two") + "---\n" + Manifest("three"));

        var set = await LoadAsync(first, second);

        Assert.Equal(3, set.Count);
    }

    [Fact]
    public async Task StandardInput_LoadedTwice_IsReadOnce()
    {
        var loader = new ManifestLoader(static _ => null, new StringReader(Manifest("piped")));

        await loader.LoadAsync(["-"], TestContext.Current.CancellationToken);
        var again = await loader.LoadAsync(["-"], TestContext.Current.CancellationToken);

        Assert.Equal("piped", Assert.Single(again.Objects).Name);
    }

    [Fact]
    public async Task MissingFile_Loaded_IsAFindingAndTheOthersAreRead()
    {
        var missing = System.IO.Path.Combine(_folder.Path, "missing.yaml");

        var set = await LoadAsync(missing, _folder.Write("ok.yaml", Manifest("ok")));

        Assert.Equal([$"{missing}: error: error reading config: no such file or folder; check the path"], set.Findings.Lines());
        Assert.Equal(1, set.Count);
    }

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3\n", "3:1", "key \"a\" is given twice, first at line 1")]
    [InlineData("a: *nowhere\n", "1:4", "alias *nowhere names no anchor")]
    [InlineData("a: &x\n  b: *x\n", "2:6", "alias *x stands inside its own anchor")]
    [InlineData("a: [1, 2\n", "2:1", "")]
    [InlineData("a: b: c\n", "1:5", "")]
    [InlineData("? [complex]\n: value\n", "1:3", "keys must be plain text")]
    public void BrokenYaml_Read_IsReportedWhereItStands(string yaml, string place, string reason)
    {
        var line = Assert.Single(Compile.Read(yaml).Findings.Lines());

        Assert.StartsWith($"in.yaml:{place}: error: {reason}", line, StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenYaml_AfterMultilineSubstitution_IsReportedAtItsLineInTheFile()
    {
        var line = Assert.Single(Compile.Read("a: \"${TEXT}\"\nb: 1\nb: 2\n", static _ => "x\n\n\n  y").Findings.Lines());

        Assert.StartsWith("in.yaml:3:1: error: key \"b\" is given twice, first at line 2", line, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepNesting_Read_IsRefused() =>
        Assert.Contains("nested more than 64 levels", Assert.Single(Compile.Read(new string('[', 3000) + new string(']', 3000)).Findings).Reason, StringComparison.Ordinal);

    [Fact]
    public void AliasesThatMultiply_Read_AreRefused()
    {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(
            Enumerable.Range(1, 9).Select(static i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("holds more than 1000000 values", Assert.Single(Compile.Read(yaml).Findings).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentsBeforeABrokenOne_Read_AreKept()
    {
        var set = Compile.Read(Manifest("good") + "---\na: [\n");

        Assert.Equal("good", Assert.Single(set.Objects).Name);
        Assert.True(set.HasErrors);
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("1", false)]
    [InlineData("0x1F", false)]
    [InlineData("true", false)]
    [InlineData("1.0", false)]
    [InlineData("\"1\"", true)]
    [InlineData("!!str 1", true)]
    [InlineData("2001-01-01", true)]
    public void PlainScalar_WhereTextIsNeeded_IsJudgedByTheCoreSchema(string scalar, bool isText)
    {
        var set = Compile.Read($"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{key: {scalar}}}\n");

        Assert.Equal(isText, !set.HasErrors);
    }

    [Fact]
    public void MergeKey_Read_AddsWhatIsNotGiven()
    {
        var result = Compile.Read("""
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: x}
            spec:
              endpoints:
                - fqdn: &base {hostname: one.example.com, port: 80}
                - fqdn: {<<: *base, hostname: two.example.com}
            """);

        Assert.Empty(result.Findings.Lines());
        Assert.Equal(["one.example.com:80", "two.example.com:80"], result.Store.All<Resources.V1.EnvoyBackend>().Single().Endpoints.Select(static e => $"{e.Host}:{e.Port}"));
    }

    [Fact]
    public async Task SecretFromFile_Loaded_IsReadFromTheFolderOfTheManifest()
    {
        _folder.Write("keys/provider", "from-file\n");
        var manifest = _folder.Write("m.yaml", Secret("substitution.aigw.run/file/apiKey: keys/provider"));

        var set = await LoadAsync(manifest);

        Assert.Empty(set.Findings.Lines());
        Assert.Equal("from-file\n", set.Store.Find<Resources.V1.Secret>("default", "s")!.Text("apiKey"));
    }

    [Fact]
    public void SecretFromEnvironment_WhenUnset_KeepsTheWrittenValueAndSaysSo()
    {
        var set = Compile.Read(Secret("substitution.aigw.run/env/apiKey: ABSENT") + "stringData: {apiKey: written}\n");

        Assert.Contains("environment variable ABSENT is not set, key apiKey keeps the value in the manifest", Assert.Single(set.Findings).Reason, StringComparison.Ordinal);
        Assert.Equal("written", set.Store.Find<Resources.V1.Secret>("default", "s")!.Text("apiKey"));
    }

    [Fact]
    public void SecretFromFile_WhenUnreadable_IsAnError() =>
        Assert.Equal(FindingSeverity.Error, Assert.Single(Compile.Read(Secret("substitution.aigw.run/file/apiKey: /nowhere/at/all")).Findings).Severity);

    [Theory]
    [InlineData("<YOUR_KEY_HERE>", true)]
    [InlineData("  <your key>\n", true)]
    [InlineData("sk-proj-0123456789", false)]
    [InlineData("<sk+real/looking==>", false)]
    public void SecretValue_ThatIsAPlaceholder_IsNamedAndRealOnesAreNot(string value, bool isPlaceholder)
    {
        var set = Compile.Read($"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ndata: {{apiKey: {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value))}}}\n");

        Assert.Equal(isPlaceholder, set.Findings.Any(static finding => finding.Reason.Contains("placeholder", StringComparison.Ordinal)));
    }

    private static Task<Resources.ResourceSet> LoadAsync(params string[] paths) =>
        new ManifestLoader(static _ => null).LoadAsync(paths, TestContext.Current.CancellationToken);

    private static string Manifest(string name) => $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n";

    private static string Secret(string annotation) => $"apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    {annotation}\n";
}
