using System.Runtime.CompilerServices;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;
using AiGateway.Gateway.External;

namespace AiGateway.Gateway.Forwarding;

/// <summary>A backend's response body; failures come out as <see cref="UpstreamBodyException"/> with whoever is to blame.</summary>
internal sealed class UpstreamBody(HttpResponseMessage response, Exchange exchange, ExchangeTimer timer) : IDisposable
{
    private readonly Stream _stream = response.Content.ReadAsStream(CancellationToken.None);

    /// <summary>Reads; 0 at the end.</summary>
    /// <exception cref="UpstreamBodyException">The body cannot be read to its end.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> into) => ReadAsync(into, timer.Token);

    /// <summary>Reads; 0 at the end.</summary>
    /// <exception cref="UpstreamBodyException">The body cannot be read to its end.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken) => GuardAsync(_stream, into, cancellationToken);

    /// <summary>The same for a decoder that reads from <see cref="Rest"/>.</summary>
    public Func<Memory<byte>, CancellationToken, ValueTask<int>> Guard(Stream decoder) => (into, cancellationToken) => GuardAsync(decoder, into, cancellationToken);

    /// <summary>What was read before, followed by what is still to come.</summary>
    public Stream Rest(ReadOnlyMemory<byte> read) => read.IsEmpty ? _stream : new PrefixedStream(read.ToArray(), _stream);

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // suspended once per chunk of every stream
    private async ValueTask<int> GuardAsync(Stream stream, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            var read = await stream.ReadAsync(into, cancellationToken);
            timer.Touch();
            return read;
        }
        catch (OperationCanceledException) when (timer.Reason != StopReason.None)
        {
            var stopped = SendResult.Stopped(timer.Reason);
            throw new UpstreamBodyException(stopped.Error!, stopped.Message!);
        }
        catch (ProcessorException exception)
        {
            throw new UpstreamBodyException(exception.Error, exception.Error.Meaning);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new UpstreamBodyException(GatewayError.UpstreamReset, $"the backend broke off its answer after {exchange.BytesSent} bytes");
        }
        catch (Exception exception) when (ContentCoding.IsBroken(exception))
        {
            throw new UpstreamBodyException(GatewayError.UpstreamInvalid, "the backend's answer is not in the coding it claims");
        }
    }
}

/// <summary>A response body that ended badly.</summary>
internal sealed class UpstreamBodyException(GatewayError error, string message) : Exception(message)
{
    /// <summary>Catalogue entry.</summary>
    public GatewayError Error { get; } = error;
}
