using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Header and body mutations, which routes and backends share.</summary>
internal static class Mutations
{
    private const int MaxEntries = 16;

    public static HeaderMutation Headers(FieldReader fields) => Headers(fields, MaxEntries);

    public static BodyMutation Body(FieldReader fields) => Body(fields, MaxEntries);

    /// <summary>Header changes; a merged list may be longer than each of its sources.</summary>
    public static HeaderMutation Headers(FieldReader fields, int maxEntries) => new(
        [.. fields.List("set", new ListRule(maxEntries, Key: "name"), static item => new Entry(
            item.RequiredText("name", TextRules.HeaderName),
            item.RequiredText("value", TextRules.HeaderValue))).Select(static entry => new KeyValuePair<string, string>(entry.Name, entry.Value))],
        fields.TextList("remove", new ListRule(maxEntries), unique: true));

    /// <inheritdoc cref="Headers(FieldReader, int)"/>
    public static BodyMutation Body(FieldReader fields, int maxEntries) => new(
        [.. fields.List("set", new ListRule(maxEntries, Key: "path"), static item =>
        {
            var entry = new Entry(item.RequiredText("path", TextRules.NotEmpty), item.RequiredText("value"));
            if (item.Has("value") && !JsonText.IsValid(entry.Value))
                item.ErrorAt("value", "the value must be JSON text", "write strings with their quotes, e.g. \"\\\"scale\\\"\"");
            return entry;
        }).Select(static entry => new KeyValuePair<string, string>(entry.Name, entry.Value))],
        fields.TextList("remove", new ListRule(maxEntries), unique: true));

    private sealed record Entry(string Name, string Value);
}
