namespace AiGateway.ServiceDefaults;

/// <summary>Headers sent to an OTLP sink. Values are credentials: they are only readable through <see cref="Reveal"/>.</summary>
public sealed class SecretHeaders
{
    private readonly KeyValuePair<string, string>[] _headers;

    /// <summary>No headers.</summary>
    public static SecretHeaders None { get; } = new([]);

    /// <param name="headers">Names and clear values.</param>
    public SecretHeaders(IEnumerable<KeyValuePair<string, string>> headers) => _headers = [.. headers];

    /// <summary>Header names, without values.</summary>
    public IEnumerable<string> Names => _headers.Select(header => header.Key);

    /// <summary>Names with clear values; only for writing them to a request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Reveal() => _headers;

    /// <summary>Names with masked values.</summary>
    public override string ToString() => string.Join(',', _headers.Select(header => $"{header.Key}=***"));
}
