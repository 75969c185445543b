using System.Buffers;
using AiGateway.Gateway.Forwarding;

namespace AiGateway.Gateway.External;

/// <summary>A response body on its way through filters, piece by piece.</summary>
internal abstract class BodySource
{
    /// <summary>The next piece; its bytes are valid until the next call.</summary>
    /// <exception cref="UpstreamBodyException">The backend broke off.</exception>
    /// <exception cref="ProcessorException">A service failed.</exception>
    /// <exception cref="ImmediateResponseException">A service answers in place of the rest.</exception>
    public abstract ValueTask<BodyPiece> NextAsync();

    /// <summary>Gives back what it holds; nothing may be read any more.</summary>
    public virtual ValueTask CloseAsync() => ValueTask.CompletedTask;
}

/// <summary>Some bytes of a body.</summary>
/// <param name="Bytes">May be empty.</param>
/// <param name="IsLast">Nothing follows.</param>
internal readonly record struct BodyPiece(ReadOnlyMemory<byte> Bytes, bool IsLast);

/// <summary>A body that is there.</summary>
internal sealed class WholeBody(ReadOnlyMemory<byte> bytes) : BodySource
{
    public override ValueTask<BodyPiece> NextAsync() => ValueTask.FromResult(new BodyPiece(bytes, true));
}

/// <summary>Some bytes that were read already, then the rest.</summary>
internal sealed class PrefixedBody(ReadOnlyMemory<byte> first, BodySource rest) : BodySource
{
    private bool _begun;

    public override ValueTask<BodyPiece> NextAsync()
    {
        if (_begun) return rest.NextAsync();
        _begun = true;
        return ValueTask.FromResult(new BodyPiece(first, false));
    }
}

/// <summary>A backend's body, read in pieces that grow while they come full.</summary>
internal sealed class BackendBody(UpstreamBody body) : BodySource
{
    private const int Smallest = 4 * 1024;
    private const int Largest = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Smallest);
    private bool _filled;

    public override async ValueTask<BodyPiece> NextAsync()
    {
        if (_filled && _buffer.Length < Largest)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 4);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await body.ReadAsync(_buffer);
        _filled = read == _buffer.Length;
        return new BodyPiece(_buffer.AsMemory(0, read), read == 0);
    }

    public override ValueTask CloseAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        body.Dispose();
        return ValueTask.CompletedTask;
    }
}
