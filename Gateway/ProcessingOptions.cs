namespace AiGateway.Gateway;

/// <summary>Where the engine runs.</summary>
public enum EngineMode
{
    /// <summary>In the gateway's own process: no hop.</summary>
    InProcess,

    /// <summary>In an ext_proc service, which is asked as Envoy would ask it.</summary>
    External,
}

/// <summary>How exchanges are processed. From <c>Processing__Mode</c>, <c>Processing__Address</c> and <c>Processing__MessageTimeout</c>.</summary>
public sealed record ProcessingOptions
{
    /// <summary>Where the engine runs.</summary>
    public EngineMode Mode { get; init; }

    /// <summary>Of the service in external mode: <c>http://host:port</c> or <c>unix:/path</c>.</summary>
    public string Address { get; init; } = "http://127.0.0.1:1063";

    /// <summary>Longest wait for the answer to one message in external mode.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads the variables.</summary>
    /// <param name="variable">Looks one up.</param>
    /// <exception cref="FormatException">A value that cannot be used; the message names variable, value and what may be written.</exception>
    public static ProcessingOptions FromEnvironment(Func<string, string?> variable)
    {
        var options = new ProcessingOptions();
        if (variable("Processing__Mode") is { Length: > 0 } mode)
        {
            if (!Enum.TryParse<EngineMode>(mode, ignoreCase: true, out var parsed) || int.TryParse(mode, out _)) throw new FormatException($"Processing__Mode=\"{mode}\" is unknown; set InProcess or External.");
            options = options with { Mode = parsed };
        }

        if (variable("Processing__Address") is { Length: > 0 } address) options = options with { Address = address.Contains("://", StringComparison.Ordinal) || address.StartsWith("unix:", StringComparison.Ordinal) ? address : $"http://{address}" };
        if (variable("Processing__MessageTimeout") is { Length: > 0 } timeout)
        {
            options = TimeSpan.TryParse(timeout, System.Globalization.CultureInfo.InvariantCulture, out var limit) && limit > TimeSpan.Zero
                ? options with { MessageTimeout = limit }
                : throw new FormatException($"Processing__MessageTimeout=\"{timeout}\" is no time; write for example 00:00:10.");
        }

        return options;
    }
}
