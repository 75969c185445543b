using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.StreamLoad;

/// <summary>A provider that answers every request with frames at a steady pace.</summary>
internal static class LoadUpstream
{
    public static async Task<int> RunAsync(int frames, TimeSpan interval)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var application = builder.Build();
        application.MapPost("/{**path}", context => StreamAsync(context, frames, interval));
        await application.StartAsync();
        Console.WriteLine($"listening on {new Uri(application.Urls.First()).Port}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task StreamAsync(HttpContext context, int frames, TimeSpan interval)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted);
        // The head must leave before the first frame is due, so that the client can open all streams first.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var timer = new PeriodicTimer(interval);
        for (var number = 0; number < frames; number++)
        {
            await timer.WaitForNextTickAsync(context.RequestAborted);
            await context.Response.BodyWriter.WriteAsync(Frame.Write(number, Stopwatch.GetTimestamp()), context.RequestAborted);
        }

        await context.Response.BodyWriter.WriteAsync((byte[])[.. Frame.Done, (byte)'\n', (byte)'\n'], context.RequestAborted);
    }
}
