using System.Text;

namespace AiGateway.TestSupport.Wire;

/// <param name="Data">One chunk of a chunked body, else what one read gave.</param>
/// <param name="At">Time since the request head was sent, or since the connection was made.</param>
public sealed record ReceivedChunk(ReadOnlyMemory<byte> Data, TimeSpan At)
{
    public string Text => Encoding.UTF8.GetString(Data.Span);
}
