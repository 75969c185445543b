using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

/// <summary>
/// A case is a folder: <c>in.yaml</c>, the snapshot it gives, and its findings. <c>AIGW_UPDATE_GOLDEN=1</c> rewrites the expectations; the diff is the
/// review. Variables named <c>TEST_*</c> are set to their own name in lower case.
/// </summary>
public sealed class GoldenTests
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases { get; } =
        new(Directory.EnumerateDirectories(Repository.Golden).Select(static folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_Compiled_GivesRecordedSnapshotAndFindings(string name)
    {
        var folder = Path.Combine(Repository.Golden, name);
        var yaml = File.ReadAllText(Path.Combine(folder, "in.yaml"));

        var result = Compile.Text(yaml, static variable => variable.StartsWith("TEST_", StringComparison.Ordinal) ? variable.ToLowerInvariant() : null);

        Expect(Path.Combine(folder, "snapshot.json"), Snapshot(result));
        Expect(Path.Combine(folder, "findings.txt"), string.Concat(result.Findings.Select(static finding => FindingWriter.ToText(finding) + "\n")));
    }

    private static void Expect(string file, string actual)
    {
        if (Environment.GetEnvironmentVariable("AIGW_UPDATE_GOLDEN") == "1") File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Snapshot(CompilationResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json)) SnapshotJson.WriteRedacted(json, result.Snapshot);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
