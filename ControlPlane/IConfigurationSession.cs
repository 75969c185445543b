using AiGateway.ControlPlane.Compilation;

namespace AiGateway.ControlPlane;

/// <summary>A configuration that is loaded now and again whenever it changes, wherever it lies and in whatever form.</summary>
public interface IConfigurationSession : IDisposable
{
    /// <summary>Loads and compiles now.</summary>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>Null while there is none yet.</returns>
    Task<CompilationResult?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Yields a result for every change that amounts to something. For one consumer at a time.</summary>
    /// <param name="cancellationToken">Ends the sequence.</param>
    IAsyncEnumerable<CompilationResult> Changes(CancellationToken cancellationToken);
}
