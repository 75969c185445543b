using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>
/// Fills Secret keys from outside the manifest: <c>substitution.aigw.run/env/&lt;key&gt;: NAME</c> takes an environment variable,
/// <c>substitution.aigw.run/file/&lt;key&gt;: PATH</c> a file, so that no credential has to be written down.
/// </summary>
/// <param name="environment">Gives the value of a variable or null.</param>
internal sealed class SecretSubstitution(Func<string, string?> environment) : ISecretSource
{
    private const string EnvironmentPrefix = "substitution.aigw.run/env/";
    private const string FilePrefix = "substitution.aigw.run/file/";
    private const long MaxSecretBytes = 1024 * 1024;

    /// <inheritdoc />
    public void Fill(ResourceDocument secret, Dictionary<string, byte[]> data, FindingCollector findings)
    {
        foreach (var (annotation, value) in secret.Annotations)
        {
            var path = NodePath.Member("metadata.annotations", annotation);
            if (annotation.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
                FromEnvironment(secret, path, annotation[EnvironmentPrefix.Length..], value, data, findings);
            else if (annotation.StartsWith(FilePrefix, StringComparison.Ordinal))
                FromFile(secret, path, annotation[FilePrefix.Length..], value, data, findings);
        }
    }

    /// <summary>Where the file of an annotation is: relative to the folder of the manifest.</summary>
    internal static string Resolve(ResourceDocument secret, string path) =>
        Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(secret.File == ManifestLoader.StandardInput ? "stdin" : secret.File))!);

    /// <summary>Files named by annotations of that Secret.</summary>
    internal static IEnumerable<string> FilesOf(ResourceDocument secret) =>
        secret.Annotations.Where(static pair => pair.Key.StartsWith(FilePrefix, StringComparison.Ordinal) && pair.Value.Length > 0)
            .Select(pair => Resolve(secret, pair.Value));

    private void FromEnvironment(
        ResourceDocument secret, string path, string key, string variable, Dictionary<string, byte[]> data, FindingCollector findings)
    {
        if (environment(variable) is { } value)
        {
            data[key] = System.Text.Encoding.UTF8.GetBytes(value);
            return;
        }

        var fallback = data.ContainsKey(key) ? $"key {key} keeps the value in the manifest" : $"the secret has no key {key}";
        findings.Warning(secret, path, $"environment variable {variable} is not set, {fallback}", $"set {variable}");
    }

    private static void FromFile(ResourceDocument secret, string path, string key, string file, Dictionary<string, byte[]> data, FindingCollector findings)
    {
        try
        {
            var full = Resolve(secret, file);
            if (new FileInfo(full).Length > MaxSecretBytes)
                findings.Error(secret, path, "the file is larger than 1 MiB, the limit of a Secret", "name the file that holds the credential");
            else
                data[key] = File.ReadAllBytes(full);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            findings.Error(secret, path, "the file cannot be read", "the path is relative to the folder of the manifest");
        }
    }
}
