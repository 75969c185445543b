using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>One body: its clean bytes and, when it is an object within the depth bound, its parts.</summary>
internal sealed class JsonBody : IDisposable
{
    /// <summary>Deeper bodies are recorded as text without their parts.</summary>
    public const int MaxDepth = 128;

    private readonly JsonDocument? _document;

    private JsonBody(ReadOnlyMemory<byte> bytes, JsonDocument? document)
    {
        Bytes = bytes;
        _document = document;
    }

    /// <summary>Clean UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether the bytes are JSON of any kind within the depth bound.</summary>
    public bool IsJson => _document is not null;

    /// <summary>The object, or null when the body is none.</summary>
    public JsonElement? Root => _document is { RootElement.ValueKind: JsonValueKind.Object } document ? document.RootElement : null;

    /// <summary>The body as it was received.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Reads a body; never throws.</summary>
    public static JsonBody Read(ReadOnlyMemory<byte> body)
    {
        var bytes = JsonRepair.Bytes(body);
        try
        {
            return new JsonBody(bytes, bytes.IsEmpty ? null : JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth }));
        }
        catch (JsonException)
        {
            return new JsonBody(bytes, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();
}
