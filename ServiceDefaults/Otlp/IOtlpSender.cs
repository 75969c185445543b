namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>One attempt to deliver a request; never throws for what a network or a server may do.</summary>
internal interface IOtlpSender : IDisposable
{
    Task<SendResult> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
