using System.Diagnostics;
using System.Text;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class OpenInferenceErrorTests
{
    [Theory]
    [InlineData(400, "BadRequestError")]
    [InlineData(401, "AuthenticationError")]
    [InlineData(403, "PermissionDeniedError")]
    [InlineData(404, "NotFoundError")]
    [InlineData(409, "ConflictError")]
    [InlineData(413, "RequestTooLargeError")]
    [InlineData(418, "Error")]
    [InlineData(422, "UnprocessableEntityError")]
    [InlineData(429, "RateLimitError")]
    [InlineData(500, "InternalServerError")]
    [InlineData(503, "InternalServerError")]
    [InlineData(529, "OverloadedError")]
    public void Status_GivesTheExceptionOfTheClientLibraries(int status, string type) => Assert.Equal(type, ExceptionType(Failed(status)));

    [Theory]
    [InlineData(502, ExchangeOutcome.BackendFailed, "upstream_unreachable", "APIConnectionError")]
    [InlineData(502, ExchangeOutcome.BackendFailed, "upstream_reset", "APIConnectionError")]
    [InlineData(504, ExchangeOutcome.TimedOut, "upstream_timeout", "APITimeoutError")]
    [InlineData(0, ExchangeOutcome.BackendFailed, null, "APIConnectionError")]
    [InlineData(0, ExchangeOutcome.TimedOut, null, "APITimeoutError")]
    [InlineData(404, ExchangeOutcome.Rejected, "model_not_found", "NotFoundError")]
    public void NoAnswerFromTheBackend_IsTold(int status, ExchangeOutcome outcome, string? code, string type)
        => Assert.Equal(type, ExceptionType(Failed(status) with { Outcome = outcome, ErrorCode = code }));

    [Fact]
    public void GatewayError_HasTheRequestAndTheGatewaysBody_ButNoOutput()
    {
        const string body = """{"error":{"message":"No route serves the model.","code":"model_not_found"}}""";
        var capture = Failed(404, body) with { Schema = null, UpstreamHost = null, Outcome = ExchangeOutcome.Rejected, ErrorCode = "model_not_found" };

        var span = Build(capture);

        Assert.Equal((ActivityStatusCode.Error, $"NotFoundError: Error code: 404 - {body}"), (span.Status, span.StatusDescription));
        Assert.Equal(
            ["openinference.span.kind", "llm.system", "llm.model_name", "input.value", "input.mime_type", "llm.invocation_parameters", "llm.input_messages.0.message.role", "llm.input_messages.0.message.content"],
            span.Attributes.Select(a => a.Key));
        Assert.Equal($"Error code: 404 - {body}", span.Events[0].Attributes[1].Value);
    }

    [Fact]
    public void ErrorBody_IsCutAt4KiBBetweenCharacters()
    {
        var span = Build(Failed(400, new string('x', 4095) + "é" + new string('y', 100)));

        Assert.Equal($"BadRequestError: Error code: 400 - {new string('x', 4095)}", span.StatusDescription);
    }

    [Fact]
    public void HiddenOutputs_HideTheErrorBodyEverywhere()
    {
        var span = Build(Failed(400, "secret"), new OpenInferenceOptions { HideOutputs = true });

        Assert.Equal("BadRequestError: Error code: 400", span.StatusDescription);
        Assert.DoesNotContain("secret", string.Join(' ', span.Events.SelectMany(e => e.Attributes).Concat(span.Attributes).Select(a => a.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_BeforeTheAnswer_HasNoExceptionEvent()
    {
        var span = Build(Failed(0, "") with { Outcome = ExchangeOutcome.ClientCancelled });

        Assert.Equal((ActivityStatusCode.Error, "client cancelled"), (span.Status, span.StatusDescription));
        Assert.Empty(span.Events);
    }

    private static ExchangeCapture Failed(int status, string body = "no") => Captures.Json(EndpointKind.ChatCompletions, """{"model":"m","messages":[{"role":"user","content":"hi"}]}""", "") with
    {
        Status = status,
        ResponseBody = Encoding.UTF8.GetBytes(body),
        Outcome = ExchangeOutcome.BackendFailed,
    };

    private static object ExceptionType(ExchangeCapture capture) => Assert.Single(Build(capture).Events).Attributes[0].Value;

    private static SpanRecord Build(ExchangeCapture capture, OpenInferenceOptions? options = null) => new OpenInferenceConvention(options ?? new OpenInferenceOptions()).Build(capture);
}
