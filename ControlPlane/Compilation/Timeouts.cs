namespace AiGateway.ControlPlane.Compilation;

/// <summary>In resources zero disables a limit; in the snapshot null does.</summary>
internal static class Timeouts
{
    public static TimeSpan? OrNone(TimeSpan? value) => value is { Ticks: > 0 } ? value : null;
}
