using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.TestSupport;

namespace AiGateway.DataPlane.Tests.Errors;

public sealed class ErrorCatalogueTests
{
    private static readonly GatewayError[] s_all =
    [
        .. typeof(GatewayError).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(GatewayError))
            .Select(field => (GatewayError)field.GetValue(null)!),
    ];

    [Fact]
    public void Catalogue_Document_IsUpToDate()
    {
        var file = RepositoryRoot.Combine("docs", "errors.md");
        var expected = Document();
        if (Environment.GetEnvironmentVariable("AIGW_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }

        Assert.Equal(expected, File.ReadAllText(file));
    }

    [Fact]
    public void Catalogue_Codes_AreUnique()
    {
        Assert.Equal(s_all.Length, s_all.Select(error => error.Code).Distinct().Count());
    }

    public static TheoryData<string, int> EveryErrorInEveryDialect()
    {
        var cases = new TheoryData<string, int>();
        foreach (var error in s_all)
        {
            foreach (var dialect in Enum.GetValues<Dialect>()) cases.Add(error.Code, (int)dialect);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(EveryErrorInEveryDialect))]
    public void Write_HostileMessage_IsOneJsonObjectInTheDialect(string code, int dialect)
    {
        const string message = "quote \" backslash \\ newline \n half \ud800 emoji 😀 </script>";
        var error = s_all.Single(candidate => candidate.Code == code);
        var output = new ArrayBufferWriter<byte>();

        ErrorBody.Write(output, (Dialect)dialect, error, message, "model", "req-1");

        using var document = JsonDocument.Parse(output.WrittenMemory);
        var root = document.RootElement;
        Assert.Equal("req-1", root.GetProperty("request_id").GetString());
        var holder = (Dialect)dialect == Dialect.Cohere ? root : root.GetProperty("error");
        Assert.Equal(message.Replace('\ud800', '\ufffd'), holder.GetProperty("message").GetString());
        Assert.Equal(code, holder.GetProperty("code").GetString());
        if ((Dialect)dialect == Dialect.Anthropic) Assert.Equal("error", root.GetProperty("type").GetString());
        if ((Dialect)dialect == Dialect.OpenAI) Assert.Equal("model", holder.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(413, "request_too_large")]
    [InlineData(418, "invalid_request_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(503, "overloaded_error")]
    [InlineData(504, "timeout_error")]
    [InlineData(529, "overloaded_error")]
    public void AnthropicType_Status_IsTheProvidersOwn(int status, string type) => Assert.Equal(type, ErrorBody.AnthropicType(status));

    private static string Document()
    {
        var text = new StringBuilder(
            """
            # Errors

            Every failure that the gateway itself reports, generated from the catalogue in `DataPlane/Errors/GatewayError.cs`. The code is stable: programs may
            switch on it. A provider's own error passes through with its status and, when it is JSON, its body.

            | Code | Status | Another attempt may help | Meaning |
            |---|---|---|---|

            """);
        foreach (var error in s_all.OrderBy(error => error.Status).ThenBy(error => error.Code, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{error.Code}` | {error.Status} | {(error.Retryable ? "yes" : "no")} | {error.Meaning} |\n");
        }

        text.Append(
            """

            ## Shape

            The body speaks the dialect of the endpoint that was called. `request_id` is also in the `x-request-id` response header, in the access log and on the span.


            """);
        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            var body = new ArrayBufferWriter<byte>();
            ErrorBody.Write(body, dialect, GatewayError.ModelNotFound, "No matching route found.", "model", "0198-…");
            text.Append(CultureInfo.InvariantCulture, $"{dialect}:\n\n```json\n{Encoding.UTF8.GetString(body.WrittenSpan)}\n```\n\n");
        }

        text.Append(
            """
            A stream whose first event has already been sent ends with one more event instead:


            """);
        foreach (var (name, kind, dialect) in ((string, EndpointKind, Dialect)[])[("Chat, completions", EndpointKind.ChatCompletions, Dialect.OpenAI), ("Responses", EndpointKind.Responses, Dialect.OpenAI), ("Anthropic Messages", EndpointKind.Messages, Dialect.Anthropic)])
        {
            var body = new ArrayBufferWriter<byte>();
            ErrorBody.WriteEvent(body, kind, dialect, GatewayError.UpstreamReset, "the backend broke off its answer", "0198-…");
            text.Append(CultureInfo.InvariantCulture, $"{name}:\n\n```\n{Encoding.UTF8.GetString(body.WrittenSpan).TrimEnd()}\n```\n\n");
        }

        text.Append("Anything else that breaks after its first byte is aborted, so that the client's HTTP library reports it.\n");
        return text.ToString();
    }
}
