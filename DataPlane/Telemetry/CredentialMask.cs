using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>Takes the credentials of an attempt out of what the provider answered: some quote them in their errors, and spans carry the bodies of errors.</summary>
internal static class CredentialMask
{
    /// <summary>Shorter ones are placeholders (<c>none</c>, <c>ollama</c>); blanking these would blank ordinary words.</summary>
    public const int MinLength = 8;

    private static readonly byte[] s_marker = Encoding.UTF8.GetBytes(OpenInferenceOptions.Marker);

    /// <summary>The bytes with a marker in place of each credential; the same memory when none is in them.</summary>
    public static ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> bytes, IReadOnlyList<SecretString> credentials)
    {
        foreach (var credential in credentials)
        {
            if (credential.Reveal() is not { Length: >= MinLength } key) continue;
            foreach (var form in Forms(key)) bytes = Replace(bytes, form);
        }

        return bytes;
    }

    // As it is, and as JSON writers escape it: all of them quotes, some the slash, some everything that HTML could trip over.
    private static IEnumerable<byte[]> Forms(string key)
    {
        string[] forms = [key, key.Replace("/", "\\/", StringComparison.Ordinal), JsonEncodedText.Encode(key).Value];
        return forms.Distinct().Select(Encoding.UTF8.GetBytes);
    }

    private static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> bytes, byte[] form)
    {
        var at = bytes.Span.IndexOf(form);
        if (at < 0) return bytes;
        var masked = new ArrayBufferWriter<byte>(bytes.Length);
        for (var rest = bytes.Span; ; at = rest.IndexOf(form))
        {
            masked.Write(at < 0 ? rest : rest[..at]);
            if (at < 0) return masked.WrittenMemory;
            masked.Write(s_marker);
            rest = rest[(at + form.Length)..];
        }
    }
}
