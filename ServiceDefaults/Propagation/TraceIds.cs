using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>Strict reading of ids: only hex, never all zero.</summary>
internal static class TraceIds
{
    /// <summary>16 or 32 hex digits, in any case; short ids are padded on the left.</summary>
    public static bool TryTraceId(ReadOnlySpan<char> text, out ActivityTraceId id)
    {
        id = default;
        if (text.Length is 0 or > 32) return false;
        Span<char> padded = stackalloc char[32];
        if (!TryPad(text, padded)) return false;
        id = ActivityTraceId.CreateFromString(padded);
        return true;
    }

    /// <summary>Up to 16 hex digits.</summary>
    public static bool TrySpanId(ReadOnlySpan<char> text, out ActivitySpanId id)
    {
        id = default;
        if (text.Length is 0 or > 16) return false;
        Span<char> padded = stackalloc char[16];
        if (!TryPad(text, padded)) return false;
        id = ActivitySpanId.CreateFromString(padded);
        return true;
    }

    public static bool Sampled(this in ActivityContext context) => (context.TraceFlags & ActivityTraceFlags.Recorded) != 0;

    public static ActivityTraceFlags Flags(bool sampled) => sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None;

    private static bool TryPad(ReadOnlySpan<char> text, Span<char> padded)
    {
        padded.Fill('0');
        for (var index = 0; index < text.Length; index++)
        {
            if (!char.IsAsciiHexDigit(text[index])) return false;
            padded[padded.Length - text.Length + index] = char.ToLowerInvariant(text[index]);
        }

        // The framework throws for the all-zero id, and headers are anybody's.
        return padded.ContainsAnyExcept('0');
    }
}
