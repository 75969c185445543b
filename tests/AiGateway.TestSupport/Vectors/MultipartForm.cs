using System.Text;
using System.Text.Json;

namespace AiGateway.TestSupport.Vectors;

/// <summary>Rebuilds a form that a recording leaves out: the fields that the span shows, and a small file.</summary>
public static class MultipartForm
{
    private const string Boundary = "vector-form-boundary";

    /// <summary>Content type of <see cref="Build"/>.</summary>
    public const string ContentType = "multipart/form-data; boundary=" + Boundary;

    /// <summary>Writes the form.</summary>
    /// <param name="fieldsJson">JSON object of the text fields.</param>
    public static byte[] Build(string fieldsJson)
    {
        var form = new StringBuilder();
        using var fields = JsonDocument.Parse(fieldsJson);
        foreach (var field in fields.RootElement.EnumerateObject())
        {
            IEnumerable<JsonElement> values = field.Value.ValueKind == JsonValueKind.Array ? field.Value.EnumerateArray() : [field.Value];
            foreach (var value in values)
                form.Append($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field.Name}\"\r\n\r\n{value}\r\n");
        }

        form.Append($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sound.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\0\0WAVE\r\n--{Boundary}--\r\n");
        return Encoding.UTF8.GetBytes(form.ToString());
    }
}
