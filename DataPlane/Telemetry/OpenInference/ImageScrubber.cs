using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>
/// Replaces images inside JSON text by the marker and leaves every other byte as it was. Knows the places where the four dialects put images:
/// <c>image_url</c> (string or object with <c>url</c>), Anthropic <c>source</c>, <c>b64_json</c>, image generation results, and any <c>data:image/</c> string.
/// </summary>
internal sealed class ImageScrubber
{
    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = JsonBody.MaxDepth };

    private readonly bool _hideAll;
    private readonly int _maxLength;
    private readonly List<Place> _hidden = [];
    private readonly Stack<Frame> _frames = new();

    private ImageScrubber(bool hideAll, int maxLength)
    {
        _hideAll = hideAll;
        _maxLength = maxLength;
    }

    /// <summary>The text with its images replaced; the same memory when there was nothing to replace.</summary>
    /// <param name="json">JSON that parses within the depth bound.</param>
    /// <param name="hideAll">Hide every image, not only long base64 ones.</param>
    /// <param name="maxLength">Longest base64 image that stays.</param>
    public static ReadOnlyMemory<byte> Scrub(ReadOnlyMemory<byte> json, bool hideAll, int maxLength)
    {
        // Without the wish to hide all, only something longer than the limit can matter.
        if (!hideAll && json.Length <= maxLength) return json;
        var scrubber = new ImageScrubber(hideAll, maxLength);
        scrubber.Scan(json.Span);
        return scrubber._hidden.Count == 0 ? json : scrubber.Splice(json.Span);
    }

    /// <summary>Whether an image URL is base64 data over the limit.</summary>
    public static bool IsTooLong(string url, int maxLength) => url.Length > maxLength && IsBase64Image(url);

    private static bool IsBase64Image(string url)
        => url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase) && url.Contains("base64", StringComparison.OrdinalIgnoreCase);

    private void Scan(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, s_readerOptions);
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString();
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    // Elements of an array are still "under" the name that the array has.
                    _frames.Push(new Frame(name ?? (_frames.Count > 0 && _frames.Peek().IsArray ? _frames.Peek().Name : null), reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close(_frames.Pop());
                    break;
                case JsonTokenType.String:
                    TakeString(ref reader, name);
                    break;
            }

            name = null;
        }
    }

    private void TakeString(ref Utf8JsonReader reader, string? name)
    {
        var place = new Place((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
        var frame = _frames.Count > 0 ? _frames.Peek() : null;
        if (StartsLikeImageData(ref reader) && IsBase64Image(reader.GetString()!))
        {
            Decide(place, Length(ref reader), isBase64: true);
            return;
        }

        switch (name)
        {
            case "image_url": Decide(place, Length(ref reader), isBase64: false); break;
            case "b64_json": Decide(place, Length(ref reader), isBase64: true); break;
            case "url" when frame?.Name == "image_url": Decide(place, Length(ref reader), isBase64: false); break;
            case "type" when frame is not null: frame.Type = reader.GetString(); break;
            case "media_type" when frame is not null: frame.MediaType = reader.GetString(); break;
            case "url" when frame is not null: frame.Url = place; break;
            case "data" when frame is not null: (frame.Data, frame.DataLength) = (place, Length(ref reader)); break;
            case "result" or "partial_image_b64" when frame is not null: (frame.Result, frame.ResultLength) = (place, Length(ref reader)); break;
        }
    }

    // The members of an object come in any order, so what they mean together is decided at its end.
    private void Close(Frame frame)
    {
        if (frame is { Type: "base64", Data: { } data, MediaType: { } media } && media.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            Decide(data, "data:;base64,".Length + media.Length + frame.DataLength, isBase64: true);
        if (frame is { Type: "image_generation_call" or "response.image_generation_call.partial_image", Result: { } result })
            Decide(result, frame.ResultLength, isBase64: true);
        if (frame is { Type: "image", SourceUrl: { } sourceUrl }) Decide(sourceUrl, 0, isBase64: false);
        if (frame is { Name: "source", Type: "url", Url: { } url } && _frames.Count > 0) _frames.Peek().SourceUrl = url;
    }

    private void Decide(Place place, int length, bool isBase64)
    {
        if (_hideAll || (isBase64 && length > _maxLength)) _hidden.Add(place);
    }

    private static bool StartsLikeImageData(ref Utf8JsonReader reader)
        => reader.ValueIsEscaped
            ? reader.ValueSpan.Length > 11 && reader.GetString()!.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
            : Ascii.EqualsIgnoreCase(reader.ValueSpan[..Math.Min(11, reader.ValueSpan.Length)], "data:image/");

    private static int Length(ref Utf8JsonReader reader)
        => reader.ValueIsEscaped ? reader.GetString()!.Length : Encoding.UTF8.GetCharCount(reader.ValueSpan);

    private byte[] Splice(ReadOnlySpan<byte> json)
    {
        var marker = Encoding.UTF8.GetBytes($"\"{OpenInferenceOptions.Marker}\"");
        var output = new ArrayBufferWriter<byte>(json.Length);
        var copied = 0;
        foreach (var place in _hidden.OrderBy(place => place.Start))
        {
            if (place.Start < copied) continue; // two rules named the same value
            output.Write(json[copied..place.Start]);
            output.Write(marker);
            copied = place.Start + place.Length;
        }

        output.Write(json[copied..]);
        return output.WrittenSpan.ToArray();
    }

    private readonly record struct Place(int Start, int Length);

    private sealed class Frame(string? name, bool isArray)
    {
        public string? Name { get; } = name;

        public bool IsArray { get; } = isArray;

        public string? Type { get; set; }

        public string? MediaType { get; set; }

        public Place? Url { get; set; }

        public Place? SourceUrl { get; set; }

        public Place? Data { get; set; }

        public int DataLength { get; set; }

        public Place? Result { get; set; }

        public int ResultLength { get; set; }
    }
}
