namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>A stream that a client reads.</summary>
internal sealed class OpenStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    /// <summary>Everything read so far.</summary>
    public string Text { get; private set; } = "";

    public async Task ReadFirstAsync(CancellationToken cancellationToken)
    {
        response.EnsureSuccessStatusCode();
        Text = await reader.ReadLineAsync(cancellationToken) ?? "";
        Assert.StartsWith("data: {", Text, StringComparison.Ordinal);
    }

    /// <summary>Reads on to the end.</summary>
    /// <returns>Whether the stream ended as a whole; false when the connection was cut.</returns>
    public async Task<bool> ReadToEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            Text += "\n" + await reader.ReadToEndAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
