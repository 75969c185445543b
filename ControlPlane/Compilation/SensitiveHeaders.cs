namespace AiGateway.ControlPlane.Compilation;

/// <summary>Header names whose values are treated as credentials when a snapshot is shown.</summary>
internal static class SensitiveHeaders
{
    private static readonly string[] s_words = ["auth", "key", "token", "secret", "cookie", "password", "credential", "signature"];

    public static bool IsSensitive(string name) => Array.Exists(s_words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
