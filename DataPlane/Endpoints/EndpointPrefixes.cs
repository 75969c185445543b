namespace AiGateway.DataPlane.Endpoints;

/// <summary>Where the dialects live: <c>rootPrefix</c> and <c>endpointPrefixes</c> (<c>openai:/,cohere:/cohere,anthropic:/anthropic</c>).</summary>
public sealed record EndpointPrefixes
{
    /// <summary>The defaults.</summary>
    public static readonly EndpointPrefixes Default = new();

    private string Root { get; init; } = "/";

    private string OpenAI { get; init; } = "/";

    private string Cohere { get; init; } = "/cohere";

    private string Anthropic { get; init; } = "/anthropic";

    /// <summary>Reads both settings; null or empty keeps the defaults.</summary>
    /// <exception cref="FormatException">An unknown key, a missing colon or an empty pair, with the place.</exception>
    public static EndpointPrefixes Parse(string? rootPrefix, string? endpointPrefixes)
    {
        var prefixes = Default with { Root = string.IsNullOrEmpty(rootPrefix) ? "/" : rootPrefix };
        if (string.IsNullOrWhiteSpace(endpointPrefixes)) return prefixes;
        foreach (var pair in endpointPrefixes.Split(','))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (string.IsNullOrWhiteSpace(pair)) throw new FormatException($"endpoint prefixes \"{endpointPrefixes}\" contain an empty pair; write key:prefix pairs separated by commas");
            if (colon < 0) throw new FormatException($"endpoint prefix \"{pair.Trim()}\" has no colon; write it as key:prefix");
            var value = pair[(colon + 1)..].Trim();
            if (value.Length == 0) value = "/";
            prefixes = pair[..colon].Trim() switch
            {
                "openai" => prefixes with { OpenAI = value },
                "cohere" => prefixes with { Cohere = value },
                "anthropic" => prefixes with { Anthropic = value },
                var key => throw new FormatException($"endpoint prefix key \"{key}\" is unknown; use openai, cohere or anthropic"),
            };
        }

        return prefixes;
    }

    /// <summary>Full prefix of a dialect without a slash at its end; empty for the root.</summary>
    public string Of(Dialect dialect) => Join(Root, dialect switch
    {
        Dialect.OpenAI => OpenAI,
        Dialect.Cohere => Cohere,
        Dialect.Anthropic => Anthropic,
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, null),
    });

    /// <summary>Full path of an endpoint.</summary>
    public string Path(EndpointDescriptor endpoint) => Of(endpoint.Dialect) + endpoint.Suffix;

    private static string Join(string root, string prefix)
    {
        var segments = $"{root}/{prefix}".Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length == 0 ? "" : "/" + string.Join('/', segments);
    }
}
