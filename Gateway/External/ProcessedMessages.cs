using System.Buffers;
using System.Globalization;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.External;

/// <summary>A request on its way to a target.</summary>
/// <param name="headers">Shared with everything behind; filters change it in place.</param>
/// <param name="read">Reads the client's body when the first filter wants it; null when there is none.</param>
internal sealed class ProcessedRequest(HeaderList headers, Func<ValueTask<(ReadOnlyMemory<byte> Body, Rejection? Problem)>>? read) : IDisposable
{
    private PooledBytes? _replacement;
    private bool _read;

    public HeaderList Headers => headers;

    /// <summary>The client sends a body.</summary>
    public bool HasBody => read is not null || Body.Length > 0;

    /// <summary>The body as filters left it; read by <see cref="ReadAsync"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>A filter changed the body.</summary>
    public bool BodyChanged { get; private set; }

    /// <summary>Makes sure that the body is here.</summary>
    /// <returns>Null, or why it is not.</returns>
    public async ValueTask<Rejection?> ReadAsync()
    {
        if (_read || read is null) return null;
        _read = true;
        (Body, var problem) = await read();
        return problem;
    }

    /// <summary>Puts other bytes, which are copied, in place of the body.</summary>
    /// <param name="bytes">The new bytes.</param>
    /// <param name="instead">How many of the old bytes they stand for; null: all.</param>
    public void Replace(in ReadOnlySequence<byte> bytes, int? instead = null)
    {
        var replacement = new PooledBytes((int)bytes.Length);
        replacement.Write(bytes);
        if (instead is { } count) replacement.Write(Body.Span[count..]);
        _replacement?.Dispose();
        _replacement = replacement;
        _read = true;
        Body = replacement.Written;
        BodyChanged = true;
    }

    /// <summary>Owner of the memory behind <see cref="Body"/>, when a filter changed it.</summary>
    public PooledBytes? Owner => _replacement;

    /// <inheritdoc />
    public void Dispose() => _replacement?.Dispose();

    /// <summary>The same request for one attempt: what is done to its body ends with it, what is done to its head stays.</summary>
    public ProcessedRequest ForAttempt()
    {
        var attempt = new ProcessedRequest(headers, null);
        (attempt._read, attempt.Body) = (true, Body);
        return attempt;
    }
}

/// <summary>A response on its way to the client.</summary>
/// <param name="headers">Head, status included; filters change it in place.</param>
/// <param name="body">Body; filters replace it by one that passes through them.</param>
/// <param name="hasBody">False: nothing follows the head.</param>
internal sealed class ProcessedResponse(HeaderList headers, BodySource body, bool hasBody) : IAsyncDisposable
{
    private readonly Stack<BodySource> _layers = new([body]);

    public HeaderList Headers => headers;

    /// <summary>Status as the head says; 0 when it says none.</summary>
    public int Status => int.TryParse(headers[":status"], NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;

    public BodySource Body { get; private set; } = body;

    public bool HasBody { get; private set; } = hasBody;

    /// <summary>The answer that this is in place of a backend's; null for a backend's.</summary>
    public LocalReply? Reply { get; private init; }

    /// <summary>An answer without a backend.</summary>
    public static ProcessedResponse Of(LocalReply reply) => new(reply.Headers, new WholeBody(reply.Body), reply.Body.Length > 0) { Reply = reply };

    /// <summary>Another body takes the place of this one, which is not read any more.</summary>
    public void Replace(BodySource other, bool hasBody)
    {
        _layers.Push(other);
        (Body, HasBody) = (other, hasBody);
    }

    /// <summary>The body passes through something on its way.</summary>
    public void Passes(BodySource through) => Replace(through, HasBody);

    public async ValueTask DisposeAsync()
    {
        while (_layers.TryPop(out var layer)) await layer.CloseAsync();
    }
}
