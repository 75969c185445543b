using System.Diagnostics.CodeAnalysis;

namespace AiGateway.TestSupport;

/// <summary>
/// Real counterparts (Envoy, Phoenix, a Kubernetes API server, an OpenTelemetry Collector) that lie beside the repository in
/// <c>../shared/tools</c>. A clone does not have them: skip with the reason. Where the folder is present a missing tool is a failure.
/// </summary>
/// <example>
/// <code>
/// if (!SharedTools.TryFind("envoy", out var run, out var reason)) Assert.Skip(reason);
/// </code>
/// </example>
public static class SharedTools
{
    private static readonly string s_folder = Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "tools"));

    /// <param name="name">Folder below <c>shared/tools</c>.</param>
    /// <param name="run">Full path of its start script.</param>
    /// <param name="reason">Why a test has to be skipped.</param>
    /// <exception cref="ExpectationException">The tools are present, but not this one.</exception>
    public static bool TryFind(string name, [NotNullWhen(true)] out string? run, [NotNullWhen(false)] out string? reason)
    {
        run = null;
        reason = null;
        if (!Directory.Exists(s_folder))
        {
            reason = $"needs ../shared/tools/{name}, which is not part of a clone";
            return false;
        }

        run = Path.Combine(s_folder, name, "run");
        return File.Exists(run) ? true : throw new ExpectationException($"The shared tools are present, but there is no {name}/run.");
    }
}
