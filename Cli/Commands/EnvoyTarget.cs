using System.Buffers;
using System.CommandLine;
using System.Text;
using AiGateway.ControlPlane.Envoy;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Telemetry;

namespace AiGateway.Cli.Commands;

/// <summary>What <c>aigw translate --to envoy</c> needs beside the configuration.</summary>
internal sealed class EnvoyTarget
{
    private readonly Option<string?> _extProc = new("--extproc-addr") { Description = "With --to envoy: where the external processor listens, HOST:PORT or unix:///PATH. Default: 127.0.0.1:1063", HelpName = "ADDRESS" };
    private readonly Option<int> _adminPort = new("--envoy-admin-port") { Description = "With --to envoy: port of Envoy's admin interface on 127.0.0.1; 0 takes a free one", HelpName = "N", DefaultValueFactory = static _ => 9901 };
    private readonly Option<string> _address = new("--listen-address") { Description = "With --to envoy: address of listeners whose Gateway names none", HelpName = "IP", DefaultValueFactory = static _ => "0.0.0.0" };
    private readonly Option<string> _trust = new("--ca-file")
    {
        Description = "With --to envoy: the system's certificate authorities on the machine of Envoy",
        HelpName = "FILE",
        DefaultValueFactory = static _ => "/etc/ssl/certs/ca-certificates.crt",
    };

    public EnvoyTarget()
    {
        _extProc.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !ExtProcAddress.TryParse(text, out _)) result.AddError($"--extproc-addr '{text}' is neither HOST:PORT nor unix:///PATH");
        });
        _adminPort.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535) result.AddError("--envoy-admin-port takes a port from 0 to 65535");
        });
        _address.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !System.Net.IPAddress.TryParse(text, out _)) result.AddError($"--listen-address '{text}' is not an IP address");
        });
    }

    /// <summary>Adds the options to the command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_extProc);
        command.Add(_adminPort);
        command.Add(_address);
        command.Add(_trust);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">A variable for header attributes that cannot be read.</exception>
    public EnvoyOptions Read(ParseResult parsed, Func<string, string?> variable)
    {
        var address = ExtProcAddress.Default;
        if (parsed.GetValue(_extProc) is { } text && ExtProcAddress.TryParse(text, out var given)) address = given!;
        return new EnvoyOptions
        {
            AiPaths = Paths(EndpointPrefixes.Default),
            ExtProc = address,
            AdminPort = parsed.GetValue(_adminPort),
            ListenAddress = parsed.GetValue(_address)!,
            SystemTrustFile = parsed.GetValue(_trust)!,
            LogHeaders = TelemetryHeaders.FromEnvironment(variable).Logs.Pairs,
        };
    }

    /// <summary>The paths of every endpoint, by the dialect in which they answer.</summary>
    internal static IReadOnlyList<AiPathSet> Paths(EndpointPrefixes prefixes)
    {
        var catalog = new EndpointCatalog(prefixes);
        return
        [
            .. EndpointCatalog.All.SelectMany(endpoint => (string[])[prefixes.Path(endpoint), endpoint.Suffix]).Distinct(StringComparer.Ordinal)
                .Select(path => (Path: path, Endpoint: catalog.Find(path)!))
                .GroupBy(static item => item.Endpoint.Dialect)
                .Select(dialect => new AiPathSet(
                    dialect.Key.ToString().ToLowerInvariant(),
                    [.. dialect.Select(static item => item.Path)],
                    [.. dialect.Where(static item => item.Endpoint.Catalogue).Select(static item => $"{item.Path}/")],
                    Root(prefixes, dialect.First().Endpoint),
                    new AiErrors(
                        Error(dialect.Key, GatewayError.ModelNotFound, "No matching route found. It is likely because the model specified in your request is not configured in the Gateway.", "model"),
                        Error(dialect.Key, GatewayError.UnknownPath, "unsupported path"),
                        Error(dialect.Key, GatewayError.UpstreamReset, "the backend broke off its answer"),
                        Error(dialect.Key, GatewayError.UpstreamTimeout, "the backend's answer was not complete in the time that its route allows")))),
        ];
    }

    /// <summary>What stands before the path that the provider itself gives an endpoint; empty at the root.</summary>
    private static string Root(EndpointPrefixes prefixes, EndpointDescriptor endpoint) => prefixes.Path(endpoint)[..^endpoint.Suffix.Length];

    private static string Error(Dialect dialect, GatewayError error, string message, string? param = null)
    {
        var body = new ArrayBufferWriter<byte>();
        ErrorBody.Write(body, dialect, error, message, param, "%REQ(X-REQUEST-ID)%");
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }
}
