using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.ControlPlane.Writing;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>A compiled configuration for people: the snapshot without its secrets, and the status every object would get.</summary>
/// <param name="result">What to write.</param>
public sealed class CompiledDocument(CompilationResult result)
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the whole document.</summary>
    /// <param name="output">Receives complete lines.</param>
    /// <param name="format">YAML or JSON.</param>
    public void Write(TextWriter output, CompiledFormat format)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WritePropertyName("snapshot"u8);
            SnapshotJson.WriteRedacted(json, result.Snapshot);
            WriteStatuses(json);
            json.WriteEndObject();
        }

        if (format == CompiledFormat.Json)
        {
            output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            return;
        }

        using var document = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        JsonAsYaml.Write(output, document.RootElement.GetProperty("snapshot"u8));
        output.WriteLine("---");
        output.WriteLine("# The conditions that each object gets on a cluster.");
        JsonAsYaml.Write(output, document.RootElement, "statuses");
    }

    private void WriteStatuses(Utf8JsonWriter json)
    {
        json.WriteStartArray("statuses"u8);
        foreach (var status in result.Statuses)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, status.Object.Kind);
            if (status.Object.Namespace is { } name) json.WriteString("namespace"u8, name);
            json.WriteString("name"u8, status.Object.Name);
            json.WriteStartArray("conditions"u8);
            foreach (var condition in status.Conditions)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, condition.Type);
                json.WriteString("status"u8, condition.Status ? "True"u8 : "False"u8);
                json.WriteString("reason"u8, condition.Reason);
                json.WriteString("message"u8, condition.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
