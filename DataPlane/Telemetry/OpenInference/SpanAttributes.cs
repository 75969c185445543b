using System.Text;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>
/// Takes the attributes of one span. Masking happens here, when an attribute is set, so a hidden value never exists outside: the first matching rule of
/// <see cref="Mask"/> decides. Strings are repaired here too.
/// </summary>
internal sealed class SpanAttributes(OpenInferenceOptions options)
{
    private readonly List<KeyValuePair<string, object>> _attributes = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <summary>What is hidden.</summary>
    public OpenInferenceOptions Options { get; } = options;

    /// <summary>What was set, in the order of <see cref="AttributeOrder"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> ToList() => [.. _attributes.OrderBy(attribute => AttributeOrder.Rank(attribute.Key))];

    /// <summary>Sets a text; null and empty ones give no attribute.</summary>
    public void Set(string key, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        SetValue(key, HoldsJson(key) ? JsonRepair.Json(value) : JsonRepair.Text(value));
    }

    /// <summary>Sets a count; null gives no attribute, zero does.</summary>
    public void Set(string key, long? value)
    {
        if (value is { } count) SetValue(key, count);
    }

    /// <summary>Sets a number.</summary>
    public void Set(string key, double? value)
    {
        if (value is { } number) SetValue(key, number);
    }

    /// <summary>Sets a truth value.</summary>
    public void Set(string key, bool? value)
    {
        if (value is { } flag) SetValue(key, flag);
    }

    /// <summary>Sets a vector.</summary>
    public void Set(string key, double[] value) => SetValue(key, value);

    /// <summary>Sets a list of texts.</summary>
    public void Set(string key, IEnumerable<string> value)
    {
        string[] list = [.. value.Select(JsonRepair.Text)];
        if (list.Length > 0) SetValue(key, list);
    }

    /// <summary>Sets the request or the answer as a whole.</summary>
    /// <param name="valueKey"><c>input.value</c> or <c>output.value</c>.</param>
    /// <param name="mimeKey">Its mime type attribute.</param>
    /// <param name="body">The body; an empty one gives no attribute.</param>
    public void SetBody(string valueKey, string mimeKey, JsonBody body)
    {
        if (body.Bytes.IsEmpty) return;
        var isInput = valueKey == InputValue;
        if (isInput ? Options.HideInputs : Options.HideOutputs)
        {
            SetValue(valueKey, OpenInferenceOptions.Marker);
            return;
        }

        var hideImages = isInput && Options.HideInputImages;
        if (body.IsJson)
        {
            SetValue(valueKey, Encoding.UTF8.GetString(ImageScrubber.Scrub(body.Bytes, hideImages, Options.Base64ImageMaxLength).Span));
            SetValue(mimeKey, JsonMimeType);
            return;
        }

        // What cannot be parsed cannot be cleaned: when it may hold an image that must go, all of it goes.
        var mayHoldImage = hideImages || (body.Bytes.Length > Options.Base64ImageMaxLength && body.Bytes.Span.IndexOf("base64"u8) >= 0);
        Set(valueKey, mayHoldImage ? OpenInferenceOptions.Marker : body.Text);
    }

    /// <summary>Sets JSON that stands in a message (a tool result of several blocks), its images cleaned like those of a body.</summary>
    public void SetJson(string key, ReadOnlyMemory<byte> json)
    {
        var hideImages = Options.HideInputImages && key.StartsWith(InputMessages, StringComparison.Ordinal);
        Set(key, JsonRepair.Json(Encoding.UTF8.GetString(ImageScrubber.Scrub(json, hideImages, Options.Base64ImageMaxLength).Span)));
    }

    private void SetValue(string key, object value)
    {
        if (Mask(key, value) is not { } shown) return;
        var attribute = KeyValuePair.Create(key, shown);
        if (_positions.TryGetValue(key, out var position))
        {
            _attributes[position] = attribute;
            return;
        }

        _positions[key] = _attributes.Count;
        _attributes.Add(attribute);
    }

    private object? Mask(string key, object value)
    {
        const string marker = OpenInferenceOptions.Marker;
        if (key is InvocationParameters or EmbeddingInvocationParameters) return Options.HideLlmInvocationParameters ? null : value;
        if (Under(key, Tools)) return Options.HideLlmTools || Options.HideInputs ? null : value;
        switch (key)
        {
            case InputValue: return Options.HideInputs ? marker : value;
            case InputMimeType: return Options.HideInputs ? null : value;
            case OutputValue: return Options.HideOutputs ? marker : value;
            case OutputMimeType: return Options.HideOutputs ? null : value;
            case RerankerQuery: return Options.HideInputs ? marker : value;
        }

        if (Under(key, Prompts)) return Options.HideInputs || Options.HidePrompts ? marker : value;
        if (Under(key, Choices)) return Options.HideOutputs || Options.HideChoices ? marker : value;
        if (Under(key, InputMessages))
            return Options.HideInputs || Options.HideInputMessages ? null : MaskMessagePart(key, value, Options.HideInputText, Options.HideInputImages);
        if (Under(key, OutputMessages))
            return Options.HideOutputs || Options.HideOutputMessages ? null : MaskMessagePart(key, value, Options.HideOutputText, hideImages: false);
        if (key.EndsWith(".embedding.vector", StringComparison.Ordinal)) return Options.HideEmbeddingsVectors || Options.HideOutputs ? marker : value;
        if (key.EndsWith(".embedding.text", StringComparison.Ordinal)) return Options.HideEmbeddingsText || Options.HideInputs ? marker : value;
        if (IsDocumentContent(key)) return Options.HideInputs || (Options.HideOutputs && Under(key, RerankerOutputDocuments)) ? marker : value;
        return value;
    }

    private object? MaskMessagePart(string key, object value, bool hideText, bool hideImages)
    {
        if (IsText(key)) return hideText ? OpenInferenceOptions.Marker : value;
        var isImage = key.Contains("message_content.image", StringComparison.Ordinal);
        if (isImage && hideImages) return null;
        var isMedia = isImage || key.EndsWith("message_content.audio.audio.url", StringComparison.Ordinal);
        return isMedia && value is string url && IsLongData(url) ? OpenInferenceOptions.Marker : value;
    }

    private bool IsLongData(string url)
        => url.Length > Options.Base64ImageMaxLength && url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && url.Contains("base64", StringComparison.OrdinalIgnoreCase);

    private static bool IsText(string key)
        => key.EndsWith(".message.content", StringComparison.Ordinal)
            || key.EndsWith(".message_content.text", StringComparison.Ordinal)
            || key.EndsWith(".audio.transcript", StringComparison.Ordinal);

    // Output documents are copies of input documents, so hiding inputs covers both.
    private static bool IsDocumentContent(string key)
        => (Under(key, RerankerInputDocuments) || Under(key, RerankerOutputDocuments))
            && (key.EndsWith(".document.content", StringComparison.Ordinal) || key.EndsWith(".document.metadata", StringComparison.Ordinal));

    private static bool HoldsJson(string key)
        => key is Metadata or InvocationParameters or EmbeddingInvocationParameters
            || key.EndsWith(".arguments", StringComparison.Ordinal)
            || key.EndsWith("arguments_json", StringComparison.Ordinal)
            || key.EndsWith(".json_schema", StringComparison.Ordinal)
            || key.EndsWith(".document.metadata", StringComparison.Ordinal);

    private static bool Under(string key, string prefix) => key.StartsWith(prefix, StringComparison.Ordinal);
}
