using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>OTLP as POST of protobuf.</summary>
internal sealed class OtlpHttpSender(OtlpTarget target, TimeProvider time) : IOtlpSender
{
    // Exactly this: some sinks refuse the type with a parameter.
    private static readonly MediaTypeHeaderValue s_protobuf = new("application/x-protobuf");
    private readonly HttpMessageInvoker _invoker = OtlpTransport.CreateInvoker(target);

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(target.Gzip ? OtlpTransport.Gzip(request.Span) : request);
        content.Headers.ContentType = s_protobuf;
        if (target.Gzip) content.Headers.ContentEncoding.Add("gzip");
        using var message = OtlpTransport.CreateRequest(target, target.Endpoint, content);
        using var response = await _invoker.SendAsync(message, cancellationToken);
        var answer = await OtlpTransport.ReadAnswerAsync(response, cancellationToken);
        var code = (int)response.StatusCode;
        var status = code.ToString(CultureInfo.InvariantCulture);
        if (response.IsSuccessStatusCode) return OtlpAnswers.Accepted(answer, status);
        var (text, retryInfo) = Explanation(response, answer);
        return code switch
        {
            429 or 502 or 503 or 504 => new(SendOutcome.Retry, status, RetryAfter(response) ?? retryInfo, Message: text),
            413 => new(SendOutcome.TooLarge, status, Message: text),
            _ => new(SendOutcome.Rejected, status, Message: text),
        };
    }

    public void Dispose() => _invoker.Dispose();

    private static (string Message, TimeSpan? RetryAfter) Explanation(HttpResponseMessage response, byte[] answer) =>
        response.Content.Headers.ContentType?.MediaType == "application/x-protobuf"
            ? OtlpAnswers.Status(answer)
            : (OtlpAnswers.Short(Encoding.UTF8.GetString(answer)), null);

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : TimeSpan.Zero,
        _ => null,
    };
}
