using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Upstream;

/// <summary>A request exactly as the upstream received it, and what became of its answer.</summary>
[DebuggerDisplay("{Method} {Target} ({Body.Length} bytes)")]
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource<AnswerOutcome> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Position in <see cref="MockUpstream.Requests"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Counts connections from 0; requests with the same number came over the same connection.</summary>
    public required int ConnectionId { get; init; }

    /// <summary>When the head was complete, on the upstream's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query, undecoded.</summary>
    public required string Target { get; init; }

    /// <summary><c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public required string Protocol { get; init; }

    public required HeaderFields Headers { get; init; }

    /// <summary>Completes when the connection (on HTTP/2: the stream) ends from the other side.</summary>
    public required Task<PeerEnd> Disconnected { get; init; }

    /// <summary>Every byte of the head; empty on HTTP/2.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The body, chunked framing removed, content encoding kept. Empty until it has been read.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Trailers of a chunked body.</summary>
    public HeaderFields Trailers { get; private set; } = HeaderFields.None;

    /// <summary>How the answer ended.</summary>
    public Task<AnswerOutcome> Answered => _answered.Task;

    /// <summary>The target up to the query.</summary>
    public string Path => Target.Split('?')[0];

    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The top-level <c>model</c> of a JSON body; null when there is none.</summary>
    public string? Model => ReadModel();

    internal void SetBody(ReadOnlyMemory<byte> body, HeaderFields trailers)
    {
        Body = body;
        Trailers = trailers;
    }

    internal void SetOutcome(AnswerOutcome outcome) => _answered.TrySetResult(outcome);

    private string? ReadModel()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("model", out var model)
                && model.ValueKind == JsonValueKind.String
                    ? model.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
