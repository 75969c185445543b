using System.Text.Json;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

/// <summary>Our validation says about each admission case what a real API server says: the same verdict, field and words.</summary>
public sealed class AdmissionVectorTests
{
    private static readonly string[] s_folders = ["aigatewayroutes", "aiservicebackends", "backendsecuritypolicies"];

    public static TheoryData<string, string> Cases { get; } = Load();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Document_Read_GetsVerdictOfApiServer(string file, string version)
    {
        using var expectations = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.AdmissionVectors, "expected.json")));
        var expected = expectations.RootElement.GetProperty("files").GetProperty(file);
        var yaml = File.ReadAllText(Path.Combine(Repository.AdmissionVectors, file)).Replace("/v1beta1", "/" + version, StringComparison.Ordinal);

        var errors = Compile.Read(yaml, file: file).Findings.Where(static finding => finding.Severity == FindingSeverity.Error).ToList();

        if (expected.GetProperty("admitted").GetBoolean() && !(version == "v1alpha1" && yaml.Contains("credentialOverride", StringComparison.Ordinal)))
        {
            Assert.Empty(errors.Select(FindingWriter.ToText));
            return;
        }

        if (expected.TryGetProperty("message", out var message))
        {
            Assert.Contains(
                errors, error => error.Path == expected.GetProperty("field").GetString() && error.Reason.StartsWith(message.GetString()!, StringComparison.Ordinal));
        }
        else
        {
            Assert.Contains(errors, static error => error.Reason == "unknown field \"spec.credentialOverride\"");
        }
    }

    [Fact]
    public void Cases_Counted_CoverEveryExpectationOfOurKinds() => Assert.Equal(66, Cases.Count);

    private static TheoryData<string, string> Load()
    {
        using var expectations = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.AdmissionVectors, "expected.json")));
        var data = new TheoryData<string, string>();
        foreach (var file in expectations.RootElement.GetProperty("files").EnumerateObject())
        {
            if (!s_folders.Contains(file.Name.Split('/')[0])) continue;
            data.Add(file.Name, "v1beta1");
            data.Add(file.Name, "v1alpha1");
        }

        return data;
    }
}
