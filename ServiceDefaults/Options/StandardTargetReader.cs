namespace AiGateway.ServiceDefaults;

/// <summary>The sink <c>default</c>: <c>OTEL_EXPORTER_OTLP_*</c>, where the form with the signal's name wins over the general one.</summary>
internal sealed class StandardTargetReader(EnvironmentReader env)
{
    public OtlpTarget? Read(OtlpSignal signal)
    {
        var protocol = Protocol(signal);
        if (Endpoint(signal, protocol) is not { } endpoint) return null;
        var certificates = new PemFiles(env);
        return new OtlpTarget
        {
            Sink = "default",
            Signal = signal,
            Endpoint = endpoint,
            Protocol = protocol,
            Headers = Setting(signal, "HEADERS") is var (name, text) ? new SecretHeaders(HeaderRules.Check(env, name, env.Pairs(name, text))) : SecretHeaders.None,
            Gzip = Gzip(signal),
            Timeout = Timeout(signal),
            CertificateFile = certificates.Authorities(Setting(signal, "CERTIFICATE")),
            ClientCertificateFile = certificates.Existing(Setting(signal, "CLIENT_CERTIFICATE")),
            ClientKeyFile = certificates.Existing(Setting(signal, "CLIENT_KEY")),
        };
    }

    private (string Name, string Value)? Setting(OtlpSignal signal, string name) =>
        env.First($"OTEL_EXPORTER_OTLP_{TelemetryOptionsReader.SignalName(signal)}_{name}", $"OTEL_EXPORTER_OTLP_{name}");

    private OtlpProtocol Protocol(OtlpSignal signal)
    {
        if (Setting(signal, "PROTOCOL") is not var (name, value)) return OtlpProtocol.HttpProtobuf;
        return EndpointRules.Protocol(value) ?? Unsupported();

        OtlpProtocol Unsupported()
        {
            env.Error(name, value, "is not supported; set http/protobuf or grpc");
            return OtlpProtocol.HttpProtobuf;
        }
    }

    private Uri? Endpoint(OtlpSignal signal, OtlpProtocol protocol)
    {
        var fallback = protocol == OtlpProtocol.Grpc ? "http://localhost:4317" : "http://localhost:4318";
        if (env.Text($"OTEL_EXPORTER_OTLP_{TelemetryOptionsReader.SignalName(signal)}_ENDPOINT") is { } own)
            return Parse($"OTEL_EXPORTER_OTLP_{TelemetryOptionsReader.SignalName(signal)}_ENDPOINT", own);
        var general = Parse("OTEL_EXPORTER_OTLP_ENDPOINT", env.Text("OTEL_EXPORTER_OTLP_ENDPOINT") ?? fallback);
        return general is null || protocol == OtlpProtocol.Grpc ? general : EndpointRules.Append(general, signal);

        Uri? Parse(string name, string value)
        {
            // gRPC addresses are often written host:port; the scheme then follows from OTEL_EXPORTER_OTLP_INSECURE.
            if (protocol == OtlpProtocol.Grpc && !value.Contains("://", StringComparison.Ordinal))
                value = (env.Flag("OTEL_EXPORTER_OTLP_INSECURE") ? "http://" : "https://") + value;
            return EndpointRules.Parse(env, name, value);
        }
    }

    private bool Gzip(OtlpSignal signal)
    {
        if (Setting(signal, "COMPRESSION") is not var (name, value)) return false;
        if (value is not ("gzip" or "none")) env.Error(name, value, "is not supported; set gzip or none");
        return value == "gzip";
    }

    private TimeSpan Timeout(OtlpSignal signal)
    {
        if (Setting(signal, "TIMEOUT") is not var (name, _)) return TimeSpan.FromSeconds(10);
        var limit = env.Milliseconds(name, TimeSpan.FromSeconds(10), 0);
        return limit == TimeSpan.Zero ? System.Threading.Timeout.InfiniteTimeSpan : limit;
    }
}
