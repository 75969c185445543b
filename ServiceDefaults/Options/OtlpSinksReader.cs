using System.Text.Json;

namespace AiGateway.ServiceDefaults;

/// <summary>Further sinks: <c>AIGW_OTLP_SINKS</c>, either a JSON array of objects or a comma list of <c>[name=]address</c>.</summary>
internal sealed class OtlpSinksReader(EnvironmentReader env)
{
    private const string Variable = "AIGW_OTLP_SINKS";
    private static readonly OtlpSignal[] s_allSignals = [OtlpSignal.Traces, OtlpSignal.Metrics, OtlpSignal.Logs];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal) { "default" };

    public List<OtlpTarget> Read()
    {
        var targets = new List<OtlpTarget>();
        if (env.Text(Variable) is not { } text) return targets;
        if (text.StartsWith('[')) ReadJson(text, targets);
        else ReadList(text, targets);
        return targets;
    }

    private void ReadList(string text, List<OtlpTarget> targets)
    {
        var position = 0;
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            position++;
            var scheme = item.IndexOf("://", StringComparison.Ordinal);
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var named = equals > 0 && equals < scheme;
            Add(targets, new SinkDraft($"{Variable}[{position}]", named ? item[..equals] : $"sink{position}", named ? item[(equals + 1)..] : item));
        }
    }

    private void ReadJson(string text, List<OtlpTarget> targets)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var position = 0;
            foreach (var element in document.RootElement.EnumerateArray())
                if (Draft(element, ++position) is { } draft)
                    Add(targets, draft);
        }
        catch (JsonException fault)
        {
            // The message of the exception may quote the text, and with it a header value.
            env.Errors.Add($"{Variable} is not valid JSON (position {fault.BytePositionInLine}); write [{{\"name\":\"…\",\"endpoint\":\"http://…\"}}] or name=http://…,name2=http://…");
        }
    }

    private SinkDraft? Draft(JsonElement element, int position)
    {
        var where = $"{Variable}[{position}]";
        if (element.ValueKind != JsonValueKind.Object)
        {
            env.Errors.Add($"{where} is not an object; write {{\"name\":\"…\",\"endpoint\":\"http://…\"}}");
            return null;
        }

        var draft = new SinkDraft(where, $"sink{position}", "");
        foreach (var member in element.EnumerateObject())
        {
            draft = (member.Name, member.Value.ValueKind) switch
            {
                ("name", JsonValueKind.String) => draft with { Name = member.Value.GetString()! },
                ("endpoint", JsonValueKind.String) => draft with { Endpoint = member.Value.GetString()! },
                ("protocol", JsonValueKind.String) => draft with { Protocol = member.Value.GetString() },
                ("compression", JsonValueKind.String) => draft with { Compression = member.Value.GetString() },
                ("certificate", JsonValueKind.String) => draft with { Certificate = member.Value.GetString() },
                ("timeout", JsonValueKind.Number) when member.Value.TryGetInt32(out var limit) && limit > 0 =>
                    draft with { Timeout = TimeSpan.FromMilliseconds(limit) },
                ("signals", JsonValueKind.Array) => draft with { Signals = Signals(where, member.Value) },
                ("headers", JsonValueKind.String) => draft with { Headers = env.Pairs($"{where}.headers", member.Value.GetString()!) },
                ("headers", JsonValueKind.Object) => draft with { Headers = Headers(where, member.Value) },
                _ => Unknown(member.Name),
            };
        }

        return draft;

        SinkDraft Unknown(string name)
        {
            env.Errors.Add($"{where}.{name} is not known or has the wrong type; known: name, endpoint, protocol, headers, signals, compression, certificate, timeout (milliseconds)");
            return draft;
        }
    }

    private OtlpSignal[] Signals(string where, JsonElement list)
    {
        var signals = new List<OtlpSignal>();
        foreach (var item in list.EnumerateArray())
        {
            var name = item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();
            var index = Array.FindIndex(s_allSignals, signal => string.Equals(signal.ToString(), name, StringComparison.OrdinalIgnoreCase));
            if (index >= 0) signals.Add(s_allSignals[index]);
            else env.Errors.Add($"{where}.signals: \"{name}\" is not a signal; choose from traces, metrics, logs");
        }

        return [.. signals.Distinct()];
    }

    private List<KeyValuePair<string, string>> Headers(string where, JsonElement map)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var member in map.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String) headers.Add(new(member.Name, member.Value.GetString()!));
            else env.Errors.Add($"{where}.headers.{member.Name} is not a string");
        }

        return headers;
    }

    private void Add(List<OtlpTarget> targets, SinkDraft draft)
    {
        if (draft.Name.Length == 0 || !_names.Add(draft.Name))
            env.Errors.Add($"{draft.Where}: the name \"{draft.Name}\" is empty or taken; give each sink its own (\"default\" is the sink of OTEL_EXPORTER_OTLP_*)");
        if (draft.Compression is not (null or "gzip" or "none"))
            env.Errors.Add($"{draft.Where}.compression \"{draft.Compression}\" is not supported; set gzip or none");
        var (address, impliedProtocol) = Scheme(draft.Endpoint);
        var protocol = draft.Protocol is null ? impliedProtocol : EndpointRules.Protocol(draft.Protocol);
        if (protocol is null)
            env.Errors.Add($"{draft.Where}.protocol \"{draft.Protocol}\" is not supported; set http/protobuf or grpc");
        var headers = HeaderRules.Check(env, $"{draft.Where}.headers", draft.Headers);
        var certificate = new PemFiles(env).Authorities(draft.Certificate is null ? null : ($"{draft.Where}.certificate", draft.Certificate));
        if (EndpointRules.Parse(env, $"{draft.Where}.endpoint", address) is not { } endpoint || protocol is null) return;
        foreach (var signal in draft.Signals)
        {
            targets.Add(new OtlpTarget
            {
                Sink = draft.Name,
                Signal = signal,
                Endpoint = protocol == OtlpProtocol.Grpc ? endpoint : EndpointRules.Append(endpoint, signal),
                Protocol = protocol.Value,
                Headers = new SecretHeaders(headers),
                Gzip = draft.Compression == "gzip",
                Timeout = draft.Timeout,
                CertificateFile = certificate,
            });
        }
    }

    /// <summary>In a plain list there is no other place to say gRPC than the scheme.</summary>
    private static (string Address, OtlpProtocol Protocol) Scheme(string endpoint)
    {
        if (endpoint.StartsWith("grpc://", StringComparison.OrdinalIgnoreCase)) return ($"http{endpoint[4..]}", OtlpProtocol.Grpc);
        return endpoint.StartsWith("grpcs://", StringComparison.OrdinalIgnoreCase)
            ? ($"https{endpoint[5..]}", OtlpProtocol.Grpc)
            : (endpoint, OtlpProtocol.HttpProtobuf);
    }

    private sealed record SinkDraft(string Where, string Name, string Endpoint)
    {
        public string? Protocol { get; init; }

        public string? Compression { get; init; }

        public string? Certificate { get; init; }

        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

        public OtlpSignal[] Signals { get; init; } = s_allSignals;

        public List<KeyValuePair<string, string>> Headers { get; init; } = [];
    }
}
