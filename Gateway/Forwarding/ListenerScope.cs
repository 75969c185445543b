using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Routing;
using AiGateway.Gateway.Listeners;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>
/// Keeps plain HTTP routes on the listeners they are attached to. YARP matches hosts, paths and headers but knows no listener, so its name travels in a
/// header that routes match on; a client's own value is replaced, and the header is removed before the request leaves.
/// </summary>
internal sealed class ListenerScope(SnapshotHolder snapshots, ListenerSockets sockets)
{
    /// <summary>Header that carries the listener's name from here to YARP's matcher.</summary>
    public const string Header = "x-aigw-listener";

    /// <summary>Middleware in front of routing.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var host = HostPattern.WithoutPort(context.Request.Host.Value ?? "");
        var listener = snapshots.Current.FindListener(sockets.ConfiguredPort(context.Connection.LocalPort), host);
        if (listener is null)
        {
            context.Request.Headers.Remove(Header);
        }
        else
        {
            context.Request.Headers[Header] = listener.Spec.Name;
            context.Features.Set(listener.Spec); // StreamIdleLimit reads it
        }

        return next(context);
    }
}
