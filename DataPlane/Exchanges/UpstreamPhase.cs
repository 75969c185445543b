using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Json;
using AiGateway.DataPlane.Providers;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Steps (6) to (8) of one attempt: what is sent to the chosen backend. Always starts from the original body.</summary>
public static class UpstreamPhase
{
    private static readonly byte[] s_includeUsageMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] s_streamOptions = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] s_streamOptionsMember = "\"stream_options\":{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] s_streamOptionsNextMember = ",\"stream_options\":{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] s_includeUsageNextMember = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] s_true = "true"u8.ToArray();

    /// <summary>Fills <paramref name="request"/> for an attempt.</summary>
    /// <returns>Null when it can be sent, otherwise the answer.</returns>
    public static Rejection? Prepare(Exchange exchange, RuntimeBackend backend, UpstreamRequest request)
    {
        exchange.Backend = backend;
        exchange.Attempts++;
        exchange.AttemptTimestamp = exchange.Time.GetTimestamp();

        // (6) credential
        request.CredentialHeader = exchange.CredentialValue = null;
        if (backend.Credential is { } credential)
        {
            var value = credential.Resolve(credential.OverrideHeader is null ? null : exchange.Head.Header(credential.OverrideHeader));
            if (value is null) return new Rejection(GatewayError.MissingCredential, $"missing upstream credential: send it in the {credential.OverrideHeader} header");
            (request.CredentialHeader, request.CredentialValue, exchange.CredentialValue) = (credential.Header, value, value);
        }

        // (7) translate: same dialect, so only a few bytes change
        var model = exchange.UpstreamModel = backend.UpstreamModel(exchange.RequestedModel);
        if (ProviderCatalog.ModelInPath(backend.Spec.Schema, exchange.Endpoint.Kind) && !ProviderCatalog.IsSafeSegment(model))
        {
            return new Rejection(GatewayError.InvalidRequest, "malformed request: the model cannot be part of a URL path", "model");
        }

        request.PathAndQuery = backend.PathAndQuery(exchange.Endpoint, model);
        request.Body = exchange.Body;
        request.Edits.Clear();
        ReplaceModel(exchange, backend, model, request.Edits);
        exchange.UsageForced = false;
        if (exchange is { StreamRequested: true, Endpoint.AsksForUsage: true, Peek.IncludeUsage: false }) ForceUsage(exchange, request.Edits);
        if (backend.Spec.BodyMutation is { } mutation && !exchange.Endpoint.Multipart)
        {
            request.Body = JsonMutation.Apply(request.Edits.IsEmpty ? exchange.Body : request.Edits.ToArray(exchange.Body), mutation);
            request.Edits.Clear();
        }

        // (8) sign and send: header credentials need no signature; the host sends
        return null;
    }

    private static void ReplaceModel(Exchange exchange, RuntimeBackend backend, string model, BodyEdits edits)
    {
        if (ReferenceEquals(model, exchange.RequestedModel) || model == exchange.RequestedModel) return;
        if (!ProviderCatalog.ModelInBody(backend.Spec.Schema, exchange.Endpoint.Kind)) return;
        if (exchange.Endpoint.Multipart)
        {
            edits.Replace(exchange.ModelValue, System.Text.Encoding.UTF8.GetBytes(model));
            return;
        }

        var value = BodyEdits.JsonString(model);
        if (!exchange.ModelValue.Equals(default(Range)))
        {
            edits.Replace(exchange.ModelValue, value);
        }
        else
        {
            byte[] member = [.. "\"model\":"u8, .. value, .. exchange.Peek.ObjectEmpty ? ""u8 : ","u8];
            var start = exchange.Body.Span.IndexOf((byte)'{') + 1;
            edits.Replace(start..start, member);
        }
    }

    private static void ForceUsage(Exchange exchange, BodyEdits edits)
    {
        var peek = exchange.Peek;
        exchange.UsageForced = true;
        if (!peek.IncludeUsageValue.Equals(default(Range)))
        {
            edits.Replace(peek.IncludeUsageValue, s_true);
        }
        else if (peek.StreamOptionsValue.Equals(default(Range)))
        {
            edits.Replace(peek.ObjectEnd..peek.ObjectEnd, peek.ObjectEmpty ? s_streamOptionsMember : s_streamOptionsNextMember);
        }
        else if (exchange.Body.Span[peek.StreamOptionsValue][0] != (byte)'{')
        {
            edits.Replace(peek.StreamOptionsValue, s_streamOptions);
        }
        else
        {
            var start = peek.StreamOptionsValue.Start.Value + 1;
            edits.Replace(start..start, peek.StreamOptionsEmpty ? s_includeUsageMember : s_includeUsageNextMember);
        }
    }
}
