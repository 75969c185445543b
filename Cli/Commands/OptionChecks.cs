using System.CommandLine.Parsing;
using System.Globalization;

namespace AiGateway.Cli.Commands;

/// <summary>Validators that several commands use.</summary>
internal static class OptionChecks
{
    public const int LargestPort = 65535;

    /// <summary>A port, 0 included.</summary>
    public static void Port(OptionResult result)
    {
        if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= LargestPort))
            result.AddError($"{result.Option.Name} {text} is no port; give a number from 0 to {LargestPort}.");
    }

    /// <summary>A duration with its unit.</summary>
    public static void Time(OptionResult result)
    {
        if (result.Tokens is [{ Value: var text }] && !Duration.TryParse(text, out _))
            result.AddError($"{result.Option.Name} {text} is no duration; write for example 10s, 500ms or 1m.");
    }
}
