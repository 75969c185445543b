using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Writing;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>A snapshot as a bootstrap of Envoy.</summary>
public sealed class EnvoyTranslation
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _bootstrap;

    internal EnvoyTranslation(JsonObject bootstrap, IReadOnlyList<Finding> findings, bool holdsPrivateKeys)
    {
        _bootstrap = bootstrap;
        Findings = findings;
        HoldsPrivateKeys = holdsPrivateKeys;
    }

    /// <summary>What could not be said in Envoy's words. An error: a rule is answered with 500 instead.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Whether the text holds keys of TLS listeners. Credentials of providers are never in it.</summary>
    public bool HoldsPrivateKeys { get; }

    /// <summary>Writes the bootstrap as YAML.</summary>
    /// <param name="output">Receives complete lines.</param>
    public void WriteYaml(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var document = JsonDocument.Parse(Bytes());
        JsonAsYaml.Write(output, document.RootElement);
    }

    /// <summary>Writes the bootstrap as JSON.</summary>
    /// <param name="output">Receives complete lines.</param>
    public void WriteJson(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine(Encoding.UTF8.GetString(Bytes().Span));
    }

    private ReadOnlyMemory<byte> Bytes()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json)) _bootstrap.WriteTo(json);
        return buffer.ToArray();
    }
}
