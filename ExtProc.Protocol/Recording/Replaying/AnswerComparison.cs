using System.Globalization;
using System.Text;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>Compares answers by what they do to the exchange. Ids, names of direct routes (they hash addresses), trace contexts and times, which are new each time, do not count.</summary>
public static class AnswerComparison
{
    private const int ShownBytes = 60;

    private static readonly HashSet<string> s_anyValue = new(StringComparer.Ordinal) { ExchangeJoin.Header, ExchangeJoin.RouteHeader, "x-request-id" };
    private static readonly string[] s_trace = ["traceparent", "tracestate", "baggage", "b3", "x-b3-"];
    private static readonly string[] s_times = [ExchangeJoin.Key, "token_latency_"];

    /// <summary>Everything that differs, one text each; empty when nothing does.</summary>
    public static IReadOnlyList<string> Differences(ProcessingResponse recorded, ProcessingResponse live)
    {
        if (recorded.ResponseCase != live.ResponseCase) return [$"kind: recorded {recorded.ResponseCase}, now {live.ResponseCase}"];
        var found = new List<string>();
        switch (recorded.ResponseCase)
        {
            case ProcessingResponse.ResponseOneofCase.RequestHeaders:
                Compare(recorded.RequestHeaders.Response, live.RequestHeaders.Response, found);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseHeaders:
                Compare(recorded.ResponseHeaders.Response, live.ResponseHeaders.Response, found);
                break;
            case ProcessingResponse.ResponseOneofCase.RequestBody:
                Compare(recorded.RequestBody.Response, live.RequestBody.Response, found);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseBody:
                Compare(recorded.ResponseBody.Response, live.ResponseBody.Response, found);
                break;
            case ProcessingResponse.ResponseOneofCase.RequestTrailers:
                Headers("header", recorded.RequestTrailers.HeaderMutation, live.RequestTrailers.HeaderMutation, found);
                break;
            case ProcessingResponse.ResponseOneofCase.ResponseTrailers:
                Headers("header", recorded.ResponseTrailers.HeaderMutation, live.ResponseTrailers.HeaderMutation, found);
                break;
            case ProcessingResponse.ResponseOneofCase.ImmediateResponse:
                Compare(recorded.ImmediateResponse, live.ImmediateResponse, found);
                break;
            default:
                Value("answer", recorded.ToString(), live.ToString(), found);
                break;
        }

        Value("mode_override", recorded.ModeOverride?.ToString(), live.ModeOverride?.ToString(), found);
        Value("request_drain", Text(recorded.RequestDrain), Text(live.RequestDrain), found);
        Value("override_message_timeout", recorded.OverrideMessageTimeout?.ToString(), live.OverrideMessageTimeout?.ToString(), found);
        Sets("metadata", Metadata(recorded.DynamicMetadata), Metadata(live.DynamicMetadata), found);
        return found;
    }

    private static void Compare(CommonResponse? recorded, CommonResponse? live, List<string> found)
    {
        recorded ??= new CommonResponse();
        live ??= new CommonResponse();
        Value("status", recorded.Status.ToString(), live.Status.ToString(), found);
        Headers("header", recorded.HeaderMutation, live.HeaderMutation, found);
        Value("clear_route_cache", Text(recorded.ClearRouteCache), Text(live.ClearRouteCache), found);
        Sets("trailer", Fields(recorded.Trailers?.Headers.Select(static header => (header, "")) ?? []), Fields(live.Trailers?.Headers.Select(static header => (header, "")) ?? []), found);
        var (before, now) = (recorded.BodyMutation ?? new BodyMutation(), live.BodyMutation ?? new BodyMutation());
        Value("body mutation", before.MutationCase.ToString(), now.MutationCase.ToString(), found);
        if (before.MutationCase != now.MutationCase) return;
        Body(before.MutationCase == BodyMutation.MutationOneofCase.StreamedResponse ? before.StreamedResponse.Body : before.Body, before.MutationCase == BodyMutation.MutationOneofCase.StreamedResponse ? now.StreamedResponse.Body : now.Body, found);
        Value("end of stream", Text(before.StreamedResponse?.EndOfStream == true), Text(now.StreamedResponse?.EndOfStream == true), found);
    }

    private static void Compare(ImmediateResponse recorded, ImmediateResponse live, List<string> found)
    {
        Value("status", recorded.Status?.Code.ToString(), live.Status?.Code.ToString(), found);
        Value("gRPC status", recorded.GrpcStatus?.ToString(), live.GrpcStatus?.ToString(), found);
        Value("details", recorded.Details, live.Details, found);
        Headers("header", recorded.Headers, live.Headers, found);
        Body(recorded.Body, live.Body, found);
    }

    private static void Headers(string what, HeaderMutation? recorded, HeaderMutation? live, List<string> found)
    {
        Sets(what, Fields(Set(recorded)), Fields(Set(live)), found);
        var (before, now) = (Removed(recorded), Removed(live));
        foreach (var name in before.Except(now)) found.Add($"{what} {name}: recorded removed, now not");
        foreach (var name in now.Except(before)) found.Add($"{what} {name}: recorded not removed, now removed");

        static IEnumerable<(HeaderValue, string)> Set(HeaderMutation? mutation) => mutation?.SetHeaders.Where(static option => option.Header is not null).Select(static option => (option.Header, option.AppendAction.ToString())) ?? [];
        static HashSet<string> Removed(HeaderMutation? mutation) => [.. mutation?.RemoveHeaders.Where(static name => !IsTrace(name)) ?? []];
    }

    private static Dictionary<string, string> Fields(IEnumerable<(HeaderValue Header, string Action)> headers)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (header, action) in headers)
        {
            if (IsTrace(header.Key)) continue;
            var value = s_anyValue.Contains(header.Key) ? "(any)" : header.RawValue.IsEmpty ? header.Value : header.RawValue.ToStringUtf8();
            var text = $"\"{value}\"{(action.Length > 0 ? $" {action}" : "")}";
            fields[header.Key] = fields.TryGetValue(header.Key, out var earlier) ? $"{earlier}, {text}" : text;
        }

        return fields;
    }

    private static Dictionary<string, string> Metadata(Struct? metadata)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in metadata?.Fields ?? (IEnumerable<KeyValuePair<string, Value>>)[]) Flatten(name, name, value, flat);
        return flat;
    }

    private static void Flatten(string path, string name, Value value, Dictionary<string, string> flat)
    {
        if (s_times.Any(name.StartsWith)) return;
        if (value.KindCase != Google.Protobuf.WellKnownTypes.Value.KindOneofCase.StructValue)
        {
            flat[path] = value.ToString();
            return;
        }

        foreach (var (key, member) in value.StructValue.Fields) Flatten($"{path}:{key}", key, member, flat);
    }

    private static void Sets(string what, Dictionary<string, string> recorded, Dictionary<string, string> live, List<string> found)
    {
        foreach (var name in recorded.Keys.Union(live.Keys).Order(StringComparer.Ordinal)) Value($"{what} {name}", recorded.GetValueOrDefault(name), live.GetValueOrDefault(name), found);
    }

    private static void Body(ByteString recorded, ByteString live, List<string> found)
    {
        if (recorded.Equals(live)) return;
        var at = recorded.Span.CommonPrefixLength(live.Span);
        found.Add(string.Create(CultureInfo.InvariantCulture, $"body: recorded {recorded.Length} bytes, now {live.Length}; from byte {at}: recorded {Excerpt(recorded, at)}, now {Excerpt(live, at)}"));
    }

    private static string Excerpt(ByteString body, int at) =>
        at >= body.Length ? "its end" : $"\"{Encoding.UTF8.GetString(body.Span.Slice(at, Math.Min(ShownBytes, body.Length - at))).ReplaceLineEndings("\\n")}\"";

    private static void Value(string what, string? recorded, string? live, List<string> found)
    {
        if (recorded != live) found.Add($"{what}: recorded {recorded ?? "nothing"}, now {live ?? "nothing"}");
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static bool IsTrace(string name) => s_trace.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
