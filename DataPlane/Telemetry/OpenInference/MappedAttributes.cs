using System.Globalization;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Attributes that come from configuration: mapped request headers and the product's own facts.</summary>
internal static class MappedAttributes
{
    /// <summary>Prefix of mapped members of the metadata object.</summary>
    private const string MetadataPrefix = Metadata + ".";

    /// <summary>Copies mapped headers: <c>metadata.*</c> into the object, <c>tag.tags</c> split at commas, everything else as it is.</summary>
    public static void WriteHeaders(SpanDraft draft)
    {
        var tags = new List<string>();
        foreach (var (name, value) in draft.Reading.Capture.MappedAttributes)
        {
            if (string.IsNullOrEmpty(value)) continue;
            if (name == Tags) tags.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            else if (name.StartsWith(MetadataPrefix, StringComparison.Ordinal) && name.Length > MetadataPrefix.Length) draft.Metadata.Add(name[MetadataPrefix.Length..], value);
            else if (name == Metadata) draft.Metadata.Add("value", value);
            else draft.Attributes.Set(name, value);
        }

        draft.Attributes.Set(Tags, tags);
    }

    /// <summary>Copies the product's facts with the types that a trace exporter knows.</summary>
    public static void WriteProduct(SpanAttributes attributes, ExchangeCapture capture)
    {
        foreach (var (name, value) in capture.ProductAttributes)
        {
            switch (value)
            {
                case string text: attributes.Set(name, text); break;
                case bool flag: attributes.Set(name, flag); break;
                case double or float or decimal: attributes.Set(name, Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
                case double[] vector: attributes.Set(name, vector); break;
                case IEnumerable<string> list: attributes.Set(name, list); break;
                case long or int or short or byte or uint or ushort or sbyte: attributes.Set(name, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
                default: attributes.Set(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }
    }
}
