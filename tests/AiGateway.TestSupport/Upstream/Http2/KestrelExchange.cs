using System.Collections.Concurrent;
using AiGateway.TestSupport.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.TestSupport.Upstream.Http2;

/// <summary>Records a request that Kestrel read and plays the chosen answer on it. Framing defects do not exist here.</summary>
internal sealed class KestrelExchange(
    AnswerBook book, RequestLog log, ConcurrentDictionary<string, int> connections, CancellationToken stopping)
{
    private const int InternalError = 2; // HTTP/2 error code of RST_STREAM

    public async Task RunAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource<PeerEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult(PeerEnd.Reset));
        var request = Record(context, gone.Task);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        try
        {
            var answer = await ChooseAsync(context, request, waiting.Token);
            request.SetOutcome(await AnswerAsync(context, request, answer, waiting.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            request.SetOutcome(stopping.IsCancellationRequested ? AnswerOutcome.UpstreamStopped : AnswerOutcome.PeerGone);

            // Returning would end the answer as if it were whole.
            context.Abort();
        }

        log.Changed.Pulse();
    }

    private async Task<MockAnswer> ChooseAsync(HttpContext context, RecordedRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (book.ChooseOnHead(request) is { } early)
            {
                log.MarkReady(request);
                return early;
            }

            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, cancellationToken);
            log.Received(body.Length);
            request.SetBody(body.ToArray(), HeaderFields.None);
            log.MarkReady(request);
            return book.Choose(request);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            log.AddFailure(exception);
            return MockAnswer.Text(500, $"The answer handler failed: {exception.Message}");
        }
    }

    private async Task<AnswerOutcome> AnswerAsync(HttpContext context, RecordedRequest request, MockAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.RequestBody == RequestBodyPolicy.StopReading)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        if (answer.BeforeHead is { } before)
            await before(cancellationToken);
        if (answer.Fault is { AfterBytes: AnswerFault.BeforeHead } fault)
            return await SufferAsync(context, fault, cancellationToken);

        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var field in answer.Headers)
            response.Headers.Append(field.Key, field.Value);
        if (answer.Framing == BodyFraming.ContentLength)
            response.ContentLength = answer.AnnouncedLength ?? answer.Body.Length;
        await response.StartAsync(cancellationToken);

        var left = answer.Fault?.AfterBytes ?? long.MaxValue;
        var piece = 0;
        await foreach (var bytes in answer.Body.ReadPiecesAsync(cancellationToken))
        {
            if (left == 0)
                break;
            if (answer.BeforePiece is { } wait)
                await wait(piece++, cancellationToken);
            var sent = bytes.Length <= left ? bytes : bytes[..(int)left];
            await response.Body.WriteAsync(sent, cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
            log.Sent(sent.Length);
            left -= sent.Length;
        }

        if (answer.Fault is not null)
            return await SufferAsync(context, answer.Fault, cancellationToken);
        foreach (var trailer in answer.Trailers)
            response.AppendTrailer(trailer.Key, trailer.Value);
        if (answer.RequestBody == RequestBodyPolicy.AnswerFirst)
            await ReadLateAsync(context, request, answer, cancellationToken);
        return AnswerOutcome.Sent;
    }

    private async Task ReadLateAsync(HttpContext context, RecordedRequest request, MockAnswer answer, CancellationToken cancellationToken)
    {
        await context.Response.CompleteAsync(); // the answer ends here, the stream does not
        if (answer.BeforeRequestBody is { } before)
            await before(cancellationToken);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        log.Received(body.Length);
        request.SetBody(body.ToArray(), HeaderFields.None);
        log.Changed.Pulse();
    }

    private static async Task<AnswerOutcome> SufferAsync(HttpContext context, AnswerFault fault, CancellationToken cancellationToken)
    {
        if (fault.Kind == FaultKind.Stall)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        if (context.Features.Get<IHttpResetFeature>() is { } stream)
            stream.Reset(InternalError);
        else
            context.Abort();
        return AnswerOutcome.Faulted;
    }

    private RecordedRequest Record(HttpContext context, Task<PeerEnd> gone) => log.Add((index, now) => new RecordedRequest
    {
        Index = index,
        ConnectionId = connections[context.Connection.Id],
        ReceivedAt = now,
        Method = context.Request.Method,
        Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
        Protocol = context.Request.Protocol,
        Headers = new HeaderFields(
            [.. context.Request.Headers.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")))]),
        Disconnected = gone,
    });
}
