using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Cli.Demo.Wire;

/// <summary>One request to the demo provider and the ways to answer it.</summary>
internal sealed class DemoCall(HttpContext context, TimeProvider time)
{
    public HttpContext Context => context;

    /// <summary>Whose error objects to write.</summary>
    public DemoErrorShape Shape { get; set; }

    /// <summary>True on the path of the backend that fails two times of three.</summary>
    public bool FromUnreliableBackend { get; set; }

    /// <summary>Hash of the request; set once its body has been read.</summary>
    public DemoSeed Seed { get; set; } = DemoSeed.Of([]);

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Reads a JSON object. Answers the request itself and gives null when the body is not one.</summary>
    public async Task<JsonDocument?> ReadJsonAsync()
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, Aborted);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        Seed = DemoSeed.Of(bytes.Span);
        JsonDocument document;
        try
        {
            // A copy, because the document outlives the buffer.
            document = JsonDocument.Parse(bytes.ToArray());
        }
        catch (JsonException e)
        {
            await RefuseAsync(DemoRefusal.NotJson(e.Message));
            return null;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        await RefuseAsync(DemoRefusal.NotJson("an object is expected."));
        return null;
    }

    /// <summary>What stands against serving this model here: it does not exist, does something else, or fails by design.</summary>
    public DemoRefusal? RefusalFor(string model, DemoCapability capability) => DemoModels.CapabilityOf(model) switch
    {
        null => DemoRefusal.NoSuchModel(model),
        { } other when other != capability => DemoRefusal.WrongModel(model),
        _ when model == DemoModels.Limited => DemoRefusal.RateLimited(),
        _ when model == DemoModels.Unauthorized => DemoRefusal.Unauthorized(),
        _ when FromUnreliableBackend && Seed.Number % 3 != 0 => DemoRefusal.Overloaded(),
        _ => null,
    };

    /// <summary>Waits as long as the model takes before its first byte.</summary>
    public Task ThinkAsync(DemoPace pace) => pace.BeforeFirstByte > TimeSpan.Zero ? Task.Delay(pace.BeforeFirstByte, time, Aborted) : Task.CompletedTask;

    public Task AnswerJsonAsync(Action<Utf8JsonWriter> write) => AnswerAsync("application/json", DemoJson.Bytes(write));

    public async Task AnswerAsync(string contentType, ReadOnlyMemory<byte> body)
    {
        WriteIdHeader();
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, Aborted);
    }

    public Task RefuseAsync(DemoRefusal refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return AnswerJsonAsync(json => DemoErrors.Write(json, Shape, refusal, Seed.Id("req_")));
    }

    /// <summary>Starts a server-sent event stream.</summary>
    public async Task<DemoEventStream> OpenStreamAsync(DemoPace pace)
    {
        await ThinkAsync(pace);
        WriteIdHeader();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.StartAsync(Aborted);
        return new DemoEventStream(context.Response.BodyWriter, pace, time, Aborted);
    }

    private void WriteIdHeader() => context.Response.Headers[Shape == DemoErrorShape.Anthropic ? "request-id" : "x-request-id"] = Seed.Id("req_");
}
