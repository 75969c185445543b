using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.ControlPlane.Findings;

/// <summary>Writes findings as text, JSON or GitHub annotations.</summary>
public static class FindingWriter
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all findings in the order given.</summary>
    /// <param name="findings">What to write.</param>
    /// <param name="format">Text, JSON or annotations.</param>
    /// <param name="output">Receives complete lines.</param>
    public static void Write(IReadOnlyList<Finding> findings, FindingFormat format, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(output);
        if (format == FindingFormat.Json)
        {
            output.WriteLine(ToJson(findings));
            return;
        }

        foreach (var finding in findings) output.WriteLine(format == FindingFormat.GitHub ? ToGitHub(finding) : ToText(finding));
    }

    /// <summary>The one-line form of a finding.</summary>
    /// <param name="finding">What to render.</param>
    public static string ToText(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var text = new StringBuilder();
        if (finding.File is not null)
        {
            text.Append(finding.File);
            if (finding.Line > 0) text.Append(':').Append(finding.Line).Append(':').Append(finding.Column);
            text.Append(": ");
        }

        return text.Append(SeverityWord(finding)).Append(": ").Append(Message(finding)).ToString();
    }

    private static string ToGitHub(Finding finding)
    {
        var properties = new List<string>();
        if (finding.File is not null) properties.Add($"file={EscapeProperty(finding.File)}");
        if (finding.Line > 0) properties.Add($"line={finding.Line},col={finding.Column}");
        if (finding.Object is not null) properties.Add($"title={EscapeProperty(finding.Object.ToString())}");
        return $"::{SeverityWord(finding)} {string.Join(',', properties)}::{EscapeData(Message(finding))}";
    }

    private static string ToJson(IReadOnlyList<Finding> findings)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartArray();
            foreach (var finding in findings) WriteJson(json, finding);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    internal static void WriteJson(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("severity"u8, SeverityWord(finding));
        if (finding.File is not null) json.WriteString("file"u8, finding.File);
        if (finding.Line > 0)
        {
            json.WriteNumber("line"u8, finding.Line);
            json.WriteNumber("column"u8, finding.Column);
        }

        if (finding.Object is { } subject)
        {
            json.WriteStartObject("object"u8);
            json.WriteString("kind"u8, subject.Kind);
            if (subject.Namespace is not null) json.WriteString("namespace"u8, subject.Namespace);
            json.WriteString("name"u8, subject.Name);
            json.WriteEndObject();
        }

        if (finding.Path is not null) json.WriteString("path"u8, finding.Path);
        if (finding.Value is not null) json.WriteString("value"u8, finding.Value);
        json.WriteString("reason"u8, finding.Reason);
        if (finding.Fix is not null) json.WriteString("fix"u8, finding.Fix);
        json.WriteEndObject();
    }

    private static string Message(Finding finding)
    {
        var text = new StringBuilder();
        if (finding.Object is not null) text.Append(finding.Object).Append(' ');
        if (finding.Path is not null) text.Append(finding.Path);
        // Enumeration messages quote the value themselves.
        if (finding.Value is not null && !finding.Reason.Contains($"\"{finding.Value}\"", StringComparison.Ordinal))
        {
            if (finding.Path is not null) text.Append(' ');
            text.Append('"').Append(OneLine(finding.Value)).Append('"');
        }

        if (text.Length > 0)
        {
            if (text[^1] == ' ') text.Length--;
            text.Append(": ");
        }

        text.Append(OneLine(finding.Reason));
        if (finding.Fix is not null) text.Append("; ").Append(OneLine(finding.Fix));
        return text.ToString();
    }

    private static string SeverityWord(Finding finding) => finding.Severity == FindingSeverity.Error ? "error" : "warning";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string EscapeData(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string EscapeProperty(string text) =>
        EscapeData(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
