using Grpc.Health.V1;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>
/// <c>grpc.health.v1.Health</c>. The empty name stands for the whole server and does not serve until somebody says so. When the host stops, nothing
/// serves any more, and those who watch are told and sent away, so that they do not hold up the drain.
/// </summary>
public sealed class HealthService
{
    /// <summary>Path of the question for the state now.</summary>
    public const string CheckMethod = "/grpc.health.v1.Health/Check";

    /// <summary>Path of the question for each state to come.</summary>
    public const string WatchMethod = "/grpc.health.v1.Health/Watch";

    private static readonly ProtobufCodec<HealthCheckRequest> s_requests = new();
    private static readonly ProtobufCodec<HealthCheckResponse> s_responses = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<string, bool> _serving = new(StringComparer.Ordinal) { [""] = false };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;

    /// <summary>Says whether a service serves; from then on it is known.</summary>
    /// <param name="service">Full name of a gRPC service; empty for the whole server.</param>
    /// <param name="serving">Whether calls are welcome.</param>
    public void Set(string service, bool serving)
    {
        lock (_lock)
        {
            if (_serving.TryGetValue(service, out var before) && before == serving) return;
            _serving[service] = serving;
            Pulse();
        }
    }

    /// <summary>Adds both methods, and follows the host's end.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcUnary(CheckMethod, s_requests, s_responses, (request, _) => Task.FromResult(Check(request)));
        endpoints.MapGrpcServerStream(WatchMethod, s_requests, s_responses, WatchAsync);
        endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(Stop);
    }

    private HealthCheckResponse Check(HealthCheckRequest request)
    {
        var status = Look(request.Service).Status;
        return status == ServingStatus.ServiceUnknown ? throw new GrpcException(GrpcStatusCode.NotFound, "Unknown service.") : new HealthCheckResponse { Status = status };
    }

    private async Task WatchAsync(HealthCheckRequest request, ServerStream<HealthCheckRequest, HealthCheckResponse> stream)
    {
        ServingStatus? told = null;
        while (true)
        {
            var view = Look(request.Service);
            if (view.Status != told) await stream.WriteAsync(new HealthCheckResponse { Status = view.Status });
            told = view.Status;
            if (view.Stopping) throw new GrpcException(GrpcStatusCode.Unavailable, "The server is stopping.");
            await view.Changed.WaitAsync(stream.Cancelled);
        }
    }

    private View Look(string service)
    {
        lock (_lock)
        {
            var status = !_serving.TryGetValue(service, out var serving) ? ServingStatus.ServiceUnknown
                : serving && !_stopping ? ServingStatus.Serving
                : ServingStatus.NotServing;
            return new View(status, _stopping, _changed.Task);
        }
    }

    private void Stop()
    {
        lock (_lock)
        {
            _stopping = true;
            Pulse();
        }
    }

    private void Pulse()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private readonly record struct View(ServingStatus Status, bool Stopping, Task Changed);
}
