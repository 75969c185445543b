using AiGateway.DataPlane.Json;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>What one attempt sends. Reused between the attempts of an exchange.</summary>
public sealed class UpstreamRequest
{
    /// <summary>Path and query.</summary>
    public string PathAndQuery { get; set; } = "/";

    /// <summary>Body before <see cref="Edits"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Replacements in <see cref="Body"/>.</summary>
    public BodyEdits Edits { get; } = new();

    /// <summary>Header that carries the credential; null without one.</summary>
    public string? CredentialHeader { get; set; }

    /// <summary>Its value. Secret.</summary>
    public string? CredentialValue { get; set; }

    /// <summary>Length of the body as sent.</summary>
    public long ContentLength => Edits.Length(Body.Length);
}
