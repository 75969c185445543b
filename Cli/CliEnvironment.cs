using System.Diagnostics;

namespace AiGateway.Cli;

/// <summary>What a command can see of the world. The process's own, or a test's.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Results; what scripts read.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Everything for the person in front of it.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where the service logs; the bytes behind <see cref="Error"/>.</summary>
    public required Stream Log { get; init; }

    /// <summary>Standard input.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Whether a person sees <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether a person types <see cref="Input"/>.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Value of an environment variable, or null.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>When the process started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether to colour what goes to the terminal; <c>NO_COLOR</c> (no-color.org) and dumb terminals say no.</summary>
    public bool UsesColor => ErrorIsTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    /// <summary>The environment of this process.</summary>
    public static CliEnvironment OfProcess()
    {
        using var process = Process.GetCurrentProcess();
        return new CliEnvironment
        {
            Output = Console.Out,
            Error = Console.Error,
            Log = Console.OpenStandardError(),
            Input = Console.In,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InputIsTerminal = !Console.IsInputRedirected,
            Variable = Environment.GetEnvironmentVariable,
            StartedAt = new DateTimeOffset(process.StartTime),
        };
    }
}
