using System.Globalization;

namespace AiGateway.ServiceDefaults;

/// <summary>Typed reading of variables that collects findings instead of stopping at the first.</summary>
internal sealed class EnvironmentReader(Func<string, string?> get)
{
    public List<string> Errors { get; } = [];

    /// <summary>Trimmed value; null when unset or blank, which OpenTelemetry treats alike.</summary>
    public string? Text(string name)
    {
        var value = get(name)?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The first of several names that is set, with that name.</summary>
    public (string Name, string Value)? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Text(name) is { } value)
                return (name, value);
        return null;
    }

    public void Error(string name, string value, string problem) => Errors.Add($"{name}=\"{value}\" {problem}");

    public bool Flag(string name)
    {
        var value = Text(name);
        if (value is null || value.Equals("false", StringComparison.OrdinalIgnoreCase)) return false;
        if (value.Equals("true", StringComparison.OrdinalIgnoreCase)) return true;
        Error(name, value, "is not a boolean; set true or false");
        return false;
    }

    public int Integer(string name, int fallback, int minimum) => OptionalInteger(name, minimum) ?? fallback;

    public int? OptionalInteger(string name, int minimum)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum) return value;
        Error(name, text, $"is not a whole number of at least {minimum}; correct or remove it");
        return null;
    }

    public TimeSpan Milliseconds(string name, TimeSpan fallback, int minimum) =>
        OptionalInteger(name, minimum) is { } value ? TimeSpan.FromMilliseconds(value) : fallback;

    public double? Share(string name)
    {
        if (Text(name) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1) return value;
        Error(name, text, "is not a share; set a number from 0 to 1");
        return null;
    }

    /// <summary>Parses <c>key=value,key=value</c> with percent-encoded values. Findings never repeat the text: it may hold credentials.</summary>
    public List<KeyValuePair<string, string>> Pairs(string name, string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var position = 0;
        foreach (var part in text.Split(','))
        {
            position++;
            if (part.AsSpan().Trim().IsEmpty) continue;
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : Uri.UnescapeDataString(part[..equals].Trim());
            if (key.Length == 0)
                Errors.Add($"{name}: entry {position} is not key=value; write key=value,key2=value2 with percent-encoded values");
            else
                pairs.Add(new(key, Uri.UnescapeDataString(part[(equals + 1)..].Trim())));
        }

        return pairs;
    }
}
