using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>What the service said this time and later messages must carry: the id of the exchange, and credentials that the recording does not have.</summary>
internal sealed class LiveExchange(string? recordedId)
{
    private readonly Dictionary<string, ByteString> _credentials = new(StringComparer.Ordinal);
    private string? _liveId;

    /// <summary>Takes note of an answer.</summary>
    public void Learn(ProcessingResponse answer)
    {
        _liveId ??= ExchangeJoin.Given(answer);
        foreach (var option in answer.RequestHeaders?.Response?.HeaderMutation?.SetHeaders ?? [])
        {
            if (option.Header is { } header && SecretNames.IsSecret(header.Key)) _credentials[header.Key] = ByteString.CopyFrom(header.RawValue.Span);
        }
    }

    /// <summary>Puts what was learned into a recorded message.</summary>
    public void Apply(ProcessingRequest message)
    {
        // Envoy shows the next attempt what this one's answer set, so a credential comes back to the service.
        foreach (var header in message.RequestHeaders?.Headers?.Headers ?? [])
        {
            if (header.RawValue.ToStringUtf8() == SecretNames.Redacted && _credentials.TryGetValue(header.Key, out var credential)) header.RawValue = credential;
            else if (recordedId is not null && _liveId is not null && header.RawValue.ToStringUtf8() == recordedId) header.RawValue = ByteString.CopyFromUtf8(_liveId);
        }

        if (_liveId is null || recordedId is null || message.MetadataContext?.FilterMetadata.TryGetValue(ExchangeJoin.Namespace, out var metadata) != true) return;
        if (metadata!.Fields.TryGetValue(ExchangeJoin.Key, out var id) && id.StringValue == recordedId) id.StringValue = _liveId;
    }
}
