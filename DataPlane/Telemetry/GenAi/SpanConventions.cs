using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>Chooses the vocabulary of AI spans at start.</summary>
public static class SpanConventions
{
    /// <summary>The variable that chooses.</summary>
    public const string Variable = "AI_GATEWAY_TRACING_SEMCONV";

    /// <summary>The variable that allows message content in <c>gen_ai.*</c> attributes.</summary>
    public const string CaptureVariable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

    /// <summary>Reads all variables of spans.</summary>
    /// <param name="get">Looks up a variable; null when it is not set.</param>
    /// <param name="warn">Takes one sentence per ignored value.</param>
    /// <param name="dropped">Told of every extraction that failed later; must not throw.</param>
    /// <exception cref="FormatException">The vocabulary is unknown.</exception>
    public static ISpanConvention FromEnvironment(Func<string, string?> get, Action<string> warn, Action<string, Exception>? dropped = null)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(warn);
        var options = OpenInferenceOptions.FromEnvironment(get, warn);
        var captureContent = CaptureContent(get(CaptureVariable), warn);
        return get(Variable) switch
        {
            null or "" or "openinference" => new OpenInferenceConvention(options, dropped),
            "gen_ai" => new GenAiConvention(captureContent, options, dropped),
            "both" => new BothConvention(captureContent, options, dropped),
            var other => throw new FormatException($"{Variable}=\"{other}\" is not a vocabulary; set openinference, gen_ai or both"),
        };
    }

    private static bool CaptureContent(string? text, Action<string> warn)
    {
        if (string.IsNullOrEmpty(text)) return false;
        if (bool.TryParse(text, out var value)) return value;
        warn($"{CaptureVariable} is neither true nor false and is ignored; false applies.");
        return false;
    }
}
