using System.Text;

namespace AiGateway.Cli;

/// <summary>Folders of the command: absolute, with <c>~</c> and variables expanded.</summary>
/// <param name="ConfigHome">Configuration; <c>config.yaml</c> here is the default file.</param>
/// <param name="DataHome">Persistent data.</param>
/// <param name="StateHome">Logs and files of each run.</param>
/// <param name="RuntimeDirectory">Sockets.</param>
internal sealed record CliPaths(string ConfigHome, string DataHome, string StateHome, string RuntimeDirectory)
{
    /// <summary>The file that is used when none is named.</summary>
    public string DefaultConfiguration => Path.Combine(ConfigHome, "config.yaml");

    /// <summary>Makes a path absolute; <c>~/</c>, <c>$VAR</c> and <c>${VAR}</c> are expanded, unset variables to nothing.</summary>
    public static string Expand(string path, Func<string, string?> variable)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = (variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)) + path[1..];
        return Path.GetFullPath(ExpandVariables(path, variable));
    }

    private static string ExpandVariables(string path, Func<string, string?> variable)
    {
        var expanded = new StringBuilder();
        for (var at = 0; at < path.Length;)
        {
            var braced = at + 1 < path.Length && path[at] == '$' && path[at + 1] == '{';
            var start = at + (braced ? 2 : 1);
            var end = start;
            while (path[at] == '$' && end < path.Length && (char.IsAsciiLetterOrDigit(path[end]) || path[end] == '_'))
                end++;
            if (end == start || path[at] != '$' || (braced && (end == path.Length || path[end] != '}')))
            {
                expanded.Append(path[at++]);
                continue;
            }

            expanded.Append(variable(path[start..end]));
            at = braced ? end + 1 : end;
        }

        return expanded.ToString();
    }
}
