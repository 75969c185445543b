namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>What the pipeline does with exporters of any signal.</summary>
internal interface IOtlpExporter : IAsyncDisposable
{
    void Start();

    Task FlushAsync(CancellationToken cancellationToken);
}
