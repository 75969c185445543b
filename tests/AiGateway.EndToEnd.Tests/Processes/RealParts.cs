using System.Diagnostics.CodeAnalysis;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>
/// Programs that are not part of the SDK. Where one is absent the test is skipped with the reason, so that <c>dotnet test</c> needs nothing but the SDK;
/// <c>AIGW_REQUIRE_TOOLS=1</c> (set by <c>.ci/run</c>, which installs them) makes a missing program a failure.
/// </summary>
internal static class RealParts
{
    private static bool Required => Environment.GetEnvironmentVariable("AIGW_REQUIRE_TOOLS") == "1";

    /// <summary>Start script of a tool beside the repository; a clone does not have these, whatever is required.</summary>
    public static string Shared(string name)
    {
        if (!SharedTools.TryFind(name, out var run, out var reason)) Assert.Skip(reason);
        return run;
    }

    /// <summary>Full path of a program in the path.</summary>
    public static string Program(string name)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
        if (found is null) Absent($"needs {name} in the path");
        return found;
    }

    /// <summary>The folder of the Node clients, after <c>tests/tools/install.sh</c>.</summary>
    public static string NodeClients()
    {
        var folder = RepositoryRoot.Combine("tests", "clients");
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) Absent("needs the Node clients: run tests/tools/install.sh");
        return folder;
    }

    [DoesNotReturn]
    private static void Absent(string reason)
    {
        if (Required) Assert.Fail($"{reason} (AIGW_REQUIRE_TOOLS=1)");
        Assert.Skip(reason);
    }
}
