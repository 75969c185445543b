using System.Globalization;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.External;

/// <summary>A request on its way to a target.</summary>
/// <param name="headers">Shared with everything behind; filters change it in place.</param>
/// <param name="read">Reads the client's body when the first filter wants it; null when there is none.</param>
internal sealed class ProcessedRequest(HeaderList headers, Func<ValueTask<(ReadOnlyMemory<byte> Body, Rejection? Problem)>>? read)
{
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

    /// <summary>Puts another body in place.</summary>
    public void Replace(ReadOnlyMemory<byte> body)
    {
        _read = true;
        Body = body;
        BodyChanged = true;
    }

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
    private readonly BodySource _origin = body;

    public HeaderList Headers => headers;

    /// <summary>Status as the head says; 0 when it says none.</summary>
    public int Status => int.TryParse(headers[":status"], NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;

    public BodySource Body { get; set; } = body;

    public bool HasBody { get; set; } = hasBody;

    /// <summary>The answer that this is in place of a backend's; null for a backend's.</summary>
    public LocalReply? Reply { get; private init; }

    /// <summary>An answer without a backend.</summary>
    public static ProcessedResponse Of(LocalReply reply) => new(reply.Headers, new WholeBody(reply.Body), reply.Body.Length > 0) { Reply = reply };

    public async ValueTask DisposeAsync()
    {
        if (!ReferenceEquals(Body, _origin)) await Body.CloseAsync();
        await _origin.CloseAsync();
    }
}
