namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>An origin whose engine is <c>aigw extproc</c>, a process that can be killed and started again.</summary>
internal interface IServiceOrigin : IOrigin
{
    /// <summary>The process that runs now.</summary>
    ExtProcProcess Service { get; }

    /// <summary>Kills it as a crash would.</summary>
    Task KillServiceAsync();

    /// <summary>Starts it again on the same port; returns at its ready line.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="manifest">A newer configuration than that of the proxy in front; null for the same.</param>
    Task RestartServiceAsync(CancellationToken cancellationToken, string? manifest = null);
}
