namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>What is recorded, and how much room it may take.</summary>
public sealed record RecorderOptions
{
    /// <summary>Where files go; made when it is not there.</summary>
    public required string Directory { get; init; }

    /// <summary>Share of the exchanges, 0 to 1. Attempts go with their exchange.</summary>
    public double Sample { get; init; } = 1;

    /// <summary>Only exchanges whose first message has this header with this value; the name <c>path</c> asks for a prefix of the path. Null takes all.</summary>
    public KeyValuePair<string, string>? Filter { get; init; }

    /// <summary>Longest file. A file takes new exchanges up to half of it and the rest of those that it has up to all of it.</summary>
    public long MaxFileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Files that are kept; the oldest go.</summary>
    public int MaxFiles { get; init; } = 8;

    /// <summary>Whether bodies stay as they are. Credentials never do.</summary>
    public bool KeepBodies { get; init; }

    /// <summary>Bytes that may wait for the disk; what comes beyond is dropped, with all of its stream.</summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether an exchange that begins with a message is wanted, apart from sampling.</summary>
    internal bool Wants(in InboundMessage first)
    {
        if (Filter is not { } filter) return true;
        if (first.Message?.RequestHeaders?.Headers is not { } headers) return false;
        var isPath = filter.Key.Equals("path", StringComparison.OrdinalIgnoreCase);
        foreach (var header in headers.Headers)
        {
            var value = header.RawValue.IsEmpty ? header.Value : header.RawValue.ToStringUtf8();
            if (isPath ? header.Key == ":path" && value.StartsWith(filter.Value, StringComparison.Ordinal) : header.Key.Equals(filter.Key, StringComparison.OrdinalIgnoreCase) && value == filter.Value) return true;
        }

        return false;
    }
}
