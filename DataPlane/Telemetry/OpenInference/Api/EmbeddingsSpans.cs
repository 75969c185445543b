using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Embeddings.</summary>
internal sealed class EmbeddingsSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "CreateEmbeddings";

    /// <inheritdoc/>
    public string Kind => "EMBEDDING";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public string ModelAttribute => EmbeddingModelName;

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        draft.Try("invocation parameters", () => draft.Attributes.Set(EmbeddingInvocationParameters, JsonText.Without(request, "input")));
        draft.Try("embedding texts", () => WriteTexts(draft.Attributes, request));
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        if (!draft.Options.RecordEmbeddingVectors) return;
        var position = 0;
        foreach (var item in response.Items("data"))
        {
            var index = item.Long("index") ?? position;
            position++;
            draft.Try("embedding vectors", () =>
            {
                if (Vector(item) is { Length: > 0 } vector) draft.Attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{Embeddings}{index}.embedding.vector"), vector);
            });
        }
    }

    /// <inheritdoc/>
    public void WriteOutputValue(SpanDraft draft)
    {
        if (draft.Options.RecordEmbeddingVectors || draft.Reading.Response.Root is not { } response)
        {
            draft.Attributes.SetBody(OutputValue, OutputMimeType, draft.Reading.Response);
            return;
        }

        using var body = JsonBody.Read(WithoutVectors(response));
        draft.Attributes.SetBody(OutputValue, OutputMimeType, body);
    }

    private static void WriteTexts(SpanAttributes attributes, JsonElement request)
    {
        if (request.String("input") is { } text)
        {
            attributes.Set(Embeddings + "0.embedding.text", text);
            return;
        }

        var index = 0;
        foreach (var item in request.Items("input"))
        {
            if (item.ValueKind == JsonValueKind.String) attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{Embeddings}{index}.embedding.text"), item.GetString());
            index++;
        }
    }

    private static double[]? Vector(JsonElement item)
    {
        if (item.Get("embedding") is not { } embedding) return null;
        if (embedding.ValueKind == JsonValueKind.Array) return [.. embedding.EnumerateArray().Select(element => element.GetDouble())];
        if (embedding.ValueKind != JsonValueKind.String) return null;
        var bytes = embedding.GetBytesFromBase64();
        if (bytes.Length % sizeof(float) != 0) throw new FormatException("A base64 embedding is not a sequence of 32-bit floats.");
        var vector = new double[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++) vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        return vector;
    }

    private static ReadOnlyMemory<byte> WithoutVectors(JsonElement response) => JsonText.ObjectBytes(writer =>
    {
        foreach (var member in response.EnumerateObject())
        {
            if (member.Name != "data" || member.Value.ValueKind != JsonValueKind.Array)
            {
                writer.WriteRaw(member.Name, member.Value);
                continue;
            }

            writer.WriteStartArray("data");
            foreach (var item in member.Value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object) writer.WriteRawValue(JsonText.Without(item, "embedding"), skipInputValidation: true);
            }

            writer.WriteEndArray();
        }
    });
}
