namespace AiGateway.ServiceDefaults;

/// <summary>Which headers can be sent at all; a bad one would otherwise fail every export.</summary>
internal static class HeaderRules
{
    public static List<KeyValuePair<string, string>> Check(EnvironmentReader env, string name, List<KeyValuePair<string, string>> headers)
    {
        using var probe = new HttpRequestMessage();
        foreach (var (header, value) in headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n', '\0') || !probe.Headers.TryAddWithoutValidation(header, value))
                env.Errors.Add($"{name}: \"{header}\" cannot be sent as a request header; check its name, and its value for line breaks");
        }

        return headers;
    }
}
