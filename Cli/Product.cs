using System.Reflection;
using System.Runtime.InteropServices;

namespace AiGateway.Cli;

/// <summary>Name and version of what is running.</summary>
internal static class Product
{
    /// <summary>Name in sentences.</summary>
    public const string Name = "AI Gateway";

    /// <summary>Name of the command.</summary>
    public const string Command = "aigw";

    private static readonly string[] s_version = (typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);

    /// <summary>Release version.</summary>
    public static string Version => s_version[0];

    /// <summary>Source revision it was built from; null when the build did not know.</summary>
    public static string? Commit => s_version.Length > 1 ? s_version[1] : null;

    /// <summary>Runtime underneath.</summary>
    public static string Runtime => RuntimeInformation.FrameworkDescription;
}
