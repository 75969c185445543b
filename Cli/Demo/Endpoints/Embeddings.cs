using System.Buffers.Binary;
using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>OpenAI <c>/v1/embeddings</c>.</summary>
internal static class Embeddings
{
    private const int MostInputs = 2048;

    public static async Task AnswerAsync(DemoCall call)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var model = fields.RequiredText("model");
        var texts = ReadInput(fields);
        var dimensions = fields.Integer("dimensions", 1, TextVector.MostDimensions) ?? TextVector.DefaultDimensions;
        var format = fields.Text("encoding_format");
        if (format is not (null or "float" or "base64"))
            fields.Refuse("encoding_format", "encoding_format must be float or base64.");
        if ((fields.Refusal ?? call.RefusalFor(model, DemoCapability.Embeddings)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var tokens = texts.Sum(static text => DemoTokenEstimator.Count(text));
        await call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            for (var i = 0; i < texts.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("object"u8, "embedding"u8);
                json.WriteNumber("index"u8, i);
                json.WritePropertyName("embedding"u8);
                WriteVector(json, TextVector.Of(texts[i], dimensions), format == "base64");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model"u8, model);
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, tokens);
            json.WriteNumber("total_tokens"u8, tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static List<string> ReadInput(DemoFields fields)
    {
        if (!fields.TryGet("input", out var input))
        {
            fields.Refuse("input", "input is required.");
            return [];
        }

        List<string> texts = [.. PromptText.Of(input)];
        if (texts.Count == 0 || texts.Count > MostInputs || texts.Any(string.IsNullOrEmpty))
            fields.Refuse("input", $"input must be 1 to {MostInputs} texts, none of them empty.");
        return texts;
    }

    private static void WriteVector(System.Text.Json.Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            json.WriteBase64StringValue(bytes);
            return;
        }

        json.WriteStartArray();
        foreach (var value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
