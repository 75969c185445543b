using System.CommandLine;
using System.CommandLine.Parsing;
using AiGateway.ControlPlane.FilterConfig;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ServiceDefaults;

namespace AiGateway.Cli.Commands;

/// <summary>
/// The flags with which the controller of Envoy AI Gateway starts its processor, with one dash or two, so that <c>aigw extproc</c> can stand in its place.
/// Those that have a counterpart here are further names of it and live in <see cref="ExtProcCommand"/>.
/// </summary>
internal sealed class ProcessorFlags
{
    /// <summary>What the peer says when nothing tells it where its configuration is.</summary>
    public const string NoConfiguration = "either configPath or configBundlePath must be provided";

    private static readonly string[] s_withoutEffect =
    [
        "mcpAddr", "mcpSessionEncryptionSeed", "mcpSessionEncryptionIterations", "mcpFallbackSessionEncryptionSeed", "mcpFallbackSessionEncryptionIterations", "mcpWriteTimeout",
    ];

    private readonly Option<string?> _configPath = Flag("configPath", "FILE", "Filter configuration that the controller of Envoy AI Gateway writes, instead of manifests");
    private readonly Option<string?> _configBundlePath = Flag("configBundlePath", "DIR", "The same as a folder with index.yaml and parts");
    private readonly Option<string?> _logLevel = Flag("logLevel", "LEVEL", "debug, info, warn or error. Default: info with a filter configuration, else warn");
    private readonly Option<string?> _logFormat = Flag("logFormat", "FORMAT", "text or json. Default: text with a filter configuration, else json");
    private readonly Option<string?> _rootPrefix = Flag("rootPrefix", "PATH", "Path below which every endpoint is");
    private readonly Option<string?> _endpointPrefixes = Flag("endpointPrefixes", "PAIRS", "Where each dialect is: openai:/,cohere:/cohere,anthropic:/anthropic");
    private readonly Option<bool> _redaction = new("-enableRedaction", "--enableRedaction") { Description = "Accepted: content never gets into logs here" };
    private readonly Option<string?>[] _ignored = [.. s_withoutEffect.Select(static name => Flag(name, "VALUE", "Accepted for compatibility; MCP is not served"))];

    private readonly (Option<string?> Option, string Variable)[] _attributes =
    [
        (Attributes("requestHeaderAttributes", "all signals"), "OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES"),
        (Attributes("spanRequestHeaderAttributes", "spans"), "OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES"),
        (Attributes("metricsRequestHeaderAttributes", "metrics"), "OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES"),
        (Attributes("logRequestHeaderAttributes", "access logs"), "OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES"),
    ];

    public ProcessorFlags()
    {
        foreach (var option in _ignored) option.Hidden = true;
        _logLevel.Validators.Add(result => Try(result, static text => ServiceLogOptions.Parse(text, null)));
        _logFormat.Validators.Add(result => Try(result, static text => ServiceLogOptions.Parse(null, text)));
        _endpointPrefixes.Validators.Add(result => Try(result, static text => EndpointPrefixes.Parse(null, text)));
        foreach (var (option, _) in _attributes) option.Validators.Add(result => Try(result, text => HeaderAttributeMap.Parse(null, text, "", option.Name)));
    }

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_configPath, _configBundlePath, _logLevel, _logFormat, _rootPrefix, _endpointPrefixes, .. _attributes.Select(static item => item.Option), _redaction, .. _ignored])
            command.Add(option);
    }

    /// <summary>The filter configuration that was named; null when none was. Of the two forms the bundle is the one that holds every document.</summary>
    public FilterConfigOptions? FilterConfig(ParseResult parsed, TimeProvider time) =>
        parsed.GetValue(_configBundlePath) is { Length: > 0 } folder ? new FilterConfigOptions { Path = folder, IsBundle = true, Time = time }
        : parsed.GetValue(_configPath) is { Length: > 0 } file ? new FilterConfigOptions { Path = file, Time = time }
        : null;

    /// <summary>How the service logs; null when neither flag says so.</summary>
    public ServiceLogOptions? Log(ParseResult parsed) =>
        parsed.GetValue(_logLevel) is null && parsed.GetValue(_logFormat) is null ? null : ServiceLogOptions.Parse(parsed.GetValue(_logLevel), parsed.GetValue(_logFormat));

    /// <summary>Where each dialect lives.</summary>
    public EndpointPrefixes Prefixes(ParseResult parsed) => EndpointPrefixes.Parse(parsed.GetValue(_rootPrefix), parsed.GetValue(_endpointPrefixes));

    /// <summary>The environment with the header maps of the flags in it; an empty flag maps nothing, a missing one leaves the variable.</summary>
    public Func<string, string?> Variables(ParseResult parsed, Func<string, string?> environment)
    {
        var given = _attributes.Where(item => parsed.GetResult(item.Option) is { Implicit: false }).ToDictionary(static item => item.Variable, item => parsed.GetValue(item.Option) ?? "", StringComparer.Ordinal);
        return given.Count == 0 ? environment : name => given.TryGetValue(name, out var value) ? value : environment(name);
    }

    /// <summary>Flags that were given and do nothing.</summary>
    public IReadOnlyList<string> WithoutEffect(ParseResult parsed) => [.. _ignored.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(static option => option.Name)];

    private static Option<string?> Flag(string name, string helpName, string description) => new($"-{name}", $"--{name}") { Description = description, HelpName = helpName };

    private static Option<string?> Attributes(string name, string signals) => Flag(name, "PAIRS", $"Request headers that become attributes of {signals}: header:attribute,…");

    private static void Try(OptionResult result, Action<string> read)
    {
        try
        {
            if (result.Tokens is [{ Value: var text }]) read(text);
        }
        catch (FormatException exception)
        {
            result.AddError(exception.Message);
        }
        catch (TelemetryOptionsException exception)
        {
            foreach (var error in exception.Errors) result.AddError(error);
        }
    }
}
