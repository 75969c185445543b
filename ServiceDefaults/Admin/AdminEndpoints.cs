using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// The admin listener: <c>/metrics</c> (Prometheus), <c>/health</c> (the process lives) and <c>/ready</c> (it can serve). Give <see cref="HandleAsync"/> to
/// <c>app.Run</c> of the admin port; nothing else is answered there.
/// </summary>
public sealed class AdminEndpoints(PrometheusExporter metrics, Func<ReadinessReport> readiness, TimeProvider time)
{
    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.CacheControl = "no-store";
        var path = context.Request.Path.Value;
        if (path is not ("/metrics" or "/health" or "/ready"))
            return TextAsync(context, StatusCodes.Status404NotFound, "Known: /metrics /health /ready\n");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return TextAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.\n");
        }

        return path switch
        {
            "/metrics" => TextAsync(context, StatusCodes.Status200OK, metrics.Render(), PrometheusExporter.ContentType),
            "/health" => TextAsync(context, StatusCodes.Status200OK, "OK\n"),
            _ => ReadyAsync(context),
        };
    }

    private static Task TextAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var report = readiness();
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body)) Write(json, report);
        context.Response.StatusCode = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    private void Write(Utf8JsonWriter json, ReadinessReport report)
    {
        json.WriteStartObject();
        json.WriteBoolean("ready"u8, report.Ready);
        if (report.Reason is { } reason) json.WriteString("reason"u8, reason);
        json.WriteStartObject("configuration"u8);
        json.WriteString("revision"u8, report.Revision);
        if (report.LoadedAt is { } loadedAt)
        {
            json.WriteString("loadedAt"u8, loadedAt);
            json.WriteNumber("ageSeconds"u8, Math.Max(0, (long)(time.GetUtcNow() - loadedAt).TotalSeconds));
        }

        if (report.LastRejected is { } rejected)
        {
            json.WriteStartObject("lastRejected"u8);
            json.WriteString("at"u8, rejected.At);
            json.WriteString("revision"u8, rejected.Revision);
            json.WriteStartArray("reasons"u8);
            foreach (var finding in rejected.Reasons) json.WriteStringValue(finding);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
