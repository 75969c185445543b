namespace AiGateway.ServiceDefaults;

/// <summary>The telemetry settings cannot be used. Carries every finding, so that one start shows them all.</summary>
public sealed class TelemetryOptionsException : Exception
{
    /// <param name="errors">Findings, each naming variable, value and remedy.</param>
    public TelemetryOptionsException(IReadOnlyList<string> errors)
        : base(string.Join('\n', errors)) => Errors = errors;

    /// <summary>All findings, never with header values.</summary>
    public IReadOnlyList<string> Errors { get; }
}
