using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.Gateway;

namespace AiGateway.Cli.Commands;

/// <summary>How the gateway is to be started.</summary>
internal sealed record RunOptions
{
    /// <summary>Files, folders or <c>-</c>; empty chooses the default file or automatic configuration.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Add the demo provider to whatever is configured.</summary>
    public bool Demo { get; init; }

    /// <summary>No command was given: start in any case, with the demo provider beside what the environment offers.</summary>
    public bool FirstStart { get; init; }

    /// <summary>Verbose log.</summary>
    public bool Debug { get; init; }

    /// <summary>JSON on both streams even when a person watches.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>Port instead of the configured one; 0 takes a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Admin port; 0 takes a free one.</summary>
    public int AdminPort { get; init; } = 1064;

    /// <summary>Time for running requests when the gateway is asked to end.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections that go elsewhere than DNS says.</summary>
    public IReadOnlyList<ResolveOverride> Resolve { get; init; } = [];

    /// <summary>Name of the folder of this run; null makes one from the time.</summary>
    public string? RunId { get; init; }

    /// <summary>Which streams to ext_proc services are recorded; null records none.</summary>
    public RecorderOptions? Record { get; init; }

    /// <summary>File with MCP servers.</summary>
    public string? McpConfig { get; init; }

    /// <summary>MCP servers inline.</summary>
    public string? McpJson { get; init; }

    /// <summary>Flags that were given whose feature does not exist yet.</summary>
    public IReadOnlyList<string> NotYet { get; init; } = [];
}
