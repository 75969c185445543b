namespace AiGateway.ServiceDefaults;

/// <summary>What an OTLP address may look like.</summary>
internal static class EndpointRules
{
    public static OtlpProtocol? Protocol(string value) => value switch
    {
        "http/protobuf" => OtlpProtocol.HttpProtobuf,
        "grpc" => OtlpProtocol.Grpc,
        _ => null,
    };

    public static Uri? Parse(EnvironmentReader env, string name, string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            // Without a valid structure the text is not shown: credentials may stand anywhere in it.
            env.Errors.Add($"{name} is not an http or https address; set e.g. http://localhost:4318");
            return null;
        }

        if (uri.UserInfo.Length == 0) return uri;
        env.Errors.Add($"{name} contains user name or password; send them as a header instead (OTEL_EXPORTER_OTLP_HEADERS)");
        return null;
    }

    /// <summary>The signal's path below a general endpoint, which may have a path of its own.</summary>
    public static Uri Append(Uri endpoint, OtlpSignal signal)
    {
        var builder = new UriBuilder(endpoint);
        builder.Path = $"{builder.Path.TrimEnd('/')}/v1/{signal.ToString().ToLowerInvariant()}";
        return builder.Uri;
    }
}
