using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.External;

/// <summary>Connections to ext_proc services: one channel of the process for the engine's own, the pools of the configuration for others.</summary>
internal sealed class ProcessorChannels(UpstreamSender pools, ProcessingOptions options, TimeProvider time) : IDisposable
{
    private readonly GrpcChannel? _engine = options.Mode == EngineMode.External ? new GrpcChannel(options.Address, new GrpcChannelOptions { Time = time }) : null;

    /// <summary>A channel for a filter; null when no endpoint of its pool is healthy.</summary>
    public GrpcChannel? For(HttpContext context, ProcessorFilter filter)
    {
        if (filter.Pool is null) return _engine;
        return pools.TryPick(context, filter.Pool, out var client, out var destination) ? new GrpcChannel(client, new Uri(destination.Model.Config.Address)) : null;
    }

    /// <inheritdoc />
    public void Dispose() => _engine?.Dispose();
}
