using System.Text.Json;
using AiGateway.DataPlane.Streaming;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Folds the events of one answer into the object that the API would have sent without streaming. One instance per stream.</summary>
internal abstract class StreamFold
{
    /// <summary>Creates the fold.</summary>
    /// <param name="limit">Characters of text that are kept.</param>
    protected StreamFold(int limit) => Budget = new FoldBudget(limit);

    /// <summary>The error that ended the stream, as JSON; null when there was none.</summary>
    public JsonElement? Error { get; protected set; }

    /// <summary>Usage that is not part of the folded object because the client never saw it.</summary>
    public JsonElement? HiddenUsage { get; protected set; }

    /// <summary>Whether text was cut or events were left out because they could not be read.</summary>
    public bool Truncated => Budget.Exceeded || _unreadable;

    private bool _unreadable;

    /// <summary>What is left to keep.</summary>
    protected FoldBudget Budget { get; }

    /// <summary>Reads the whole stream; never throws.</summary>
    public void AddAll(ReadOnlyMemory<byte> body)
    {
        try
        {
            foreach (var frame in SseFrameReader.ReadAll(body))
            {
                if (!frame.IsDone && !frame.Data.IsEmpty) Add(frame);
            }
        }
        catch (InvalidDataException)
        {
            _unreadable = true;
        }
    }

    /// <summary>Writes the folded object; false when nothing came that could be folded.</summary>
    public abstract bool TryWrite(Utf8JsonWriter writer);

    /// <summary>Folds one event.</summary>
    protected abstract void Add(string? eventName, JsonElement data);

    private void Add(SseFrame frame)
    {
        using var body = JsonBody.Read(frame.Data);
        if (body.Root is not { } root)
        {
            // The last event of a stream that was cut is the usual case.
            _unreadable = true;
            return;
        }

        var isError = frame.Event == "error" || root.String("type") == "error" || (root.Get("error") is not null && root.Get("type") is null);
        if (isError) Error = root.Clone();
        // Some vendors put the error into the last chunk beside its choices.
        if (!isError || root.Get("choices") is not null) Add(frame.Event, root);
    }
}
