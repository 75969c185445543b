using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>How a stream of an attempt names its exchange: by an id that the service gave to the exchange's first stream.</summary>
public static class ExchangeJoin
{
    /// <summary>Header with the id.</summary>
    public const string Header = "x-ai-eg-internal-req-id";

    /// <summary>Header that names a direct route, where an exchange needs no second stream.</summary>
    public const string RouteHeader = "x-ai-eg-route";

    /// <summary>Dynamic metadata with the id.</summary>
    public const string Namespace = "io.envoy.ai_gateway";

    /// <summary>Key in <see cref="Namespace"/>.</summary>
    public const string Key = "internal_req_id";

    /// <summary>The id that an answer hands out; null when it hands out none.</summary>
    public static string? Given(ProcessingResponse answer)
    {
        var mutation = (answer.RequestHeaders?.Response ?? answer.RequestBody?.Response)?.HeaderMutation; // with the head, or where direct routes exist with the body
        foreach (var option in mutation?.SetHeaders ?? [])
        {
            if (option.Header?.Key == Header) return option.Header.RawValue.ToStringUtf8();
        }

        return null;
    }

    /// <summary>The id that a stream's first message brings; null when it brings none.</summary>
    public static string? Brought(ProcessingRequest? first)
    {
        if (first?.RequestHeaders is null || first.Attributes.Count == 0) return null;
        foreach (var header in first.RequestHeaders.Headers?.Headers ?? [])
        {
            if (header.Key == Header && !header.RawValue.IsEmpty) return header.RawValue.ToStringUtf8();
        }

        return first.MetadataContext?.FilterMetadata.TryGetValue(Namespace, out var metadata) == true && metadata.Fields.TryGetValue(Key, out var id) && id.StringValue.Length > 0 ? id.StringValue : null;
    }
}
