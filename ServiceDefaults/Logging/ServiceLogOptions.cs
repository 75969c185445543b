using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults;

/// <summary>How the service itself logs.</summary>
/// <param name="Level">Lowest level written.</param>
/// <param name="Json">True: one JSON object for each line; false: text.</param>
public sealed record ServiceLogOptions(LogLevel Level, bool Json)
{
    /// <summary>Reads the settings <c>logLevel</c> and <c>logFormat</c>.</summary>
    /// <param name="level"><c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c>; null or empty for <c>info</c>.</param>
    /// <param name="format"><c>text</c> or <c>json</c>; null or empty for <c>text</c>.</param>
    /// <exception cref="TelemetryOptionsException">With one finding for each unusable value.</exception>
    public static ServiceLogOptions Parse(string? level, string? format)
    {
        var errors = new List<string>();
        var parsed = level?.ToLowerInvariant() switch
        {
            "debug" => LogLevel.Debug,
            null or "" or "info" => LogLevel.Information,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.None,
        };
        if (parsed == LogLevel.None) errors.Add($"logLevel=\"{level}\" is not a level; set debug, info, warn or error");
        if (format?.ToLowerInvariant() is not (null or "" or "text" or "json")) errors.Add($"logFormat=\"{format}\" is not a format; set text or json");
        if (errors.Count > 0) throw new TelemetryOptionsException(errors);
        return new ServiceLogOptions(parsed, string.Equals(format, "json", StringComparison.OrdinalIgnoreCase));
    }
}
