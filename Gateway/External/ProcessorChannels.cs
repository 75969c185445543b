using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.External;

/// <summary>Connections to ext_proc services: one channel of the process for the engine's own, the pools of the configuration for others.</summary>
internal sealed class ProcessorChannels(UpstreamSender pools, GatewayHostOptions options) : IAsyncDisposable
{
    private readonly GrpcChannel? _engine = options.Processing.Mode == EngineMode.External ? new GrpcChannel(options.Processing.Address, new GrpcChannelOptions { Time = options.Time }) : null;

    /// <summary>Writes streams down; null when nobody wants it.</summary>
    public FlightRecorder? Recorder { get; } = options.Record is { } record ? FlightRecorder.Start(record with { Time = options.Time }, options.Logs.CreateLogger<FlightRecorder>()) : null;

    /// <summary>A channel for a filter; null when no endpoint of its pool is healthy.</summary>
    public GrpcChannel? For(HttpContext context, ProcessorFilter filter)
    {
        if (filter.Pool is null) return _engine;
        return pools.TryPick(context, filter.Pool, out var client, out var destination) ? new GrpcChannel(client, new Uri(destination.Model.Config.Address)) : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _engine?.Dispose();
        if (Recorder is not null) await Recorder.DisposeAsync();
    }
}
