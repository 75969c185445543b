namespace AiGateway.Cli.Demo;

/// <summary>Why the demo provider does not answer a request. Written in the error shape of the API that was called.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">For the person who reads it.</param>
/// <param name="Type">OpenAI's <c>error.type</c>.</param>
/// <param name="Param">The member that is wrong, when there is one.</param>
/// <param name="Code">OpenAI's <c>error.code</c>, when it has one.</param>
internal sealed record DemoRefusal(int Status, string Message, string Type = "invalid_request_error", string? Param = null, string? Code = null)
{
    /// <summary>Seconds for <c>retry-after</c>; null leaves the header out.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A member is missing or has a wrong value.</summary>
    public static DemoRefusal Invalid(string param, string message) => new(400, message, Param: param);

    /// <summary>The body is not JSON.</summary>
    public static DemoRefusal NotJson(string reason) => new(400, $"The request body is not valid JSON: {reason}");

    /// <summary>No or a wrong credential.</summary>
    public static DemoRefusal Unauthorized() =>
        new(401, "The demo provider does not know this API key. The model demo-unauthorized gets here on purpose: its backend is configured with a wrong key.",
            Code: "invalid_api_key");

    /// <summary>A path nobody serves.</summary>
    public static DemoRefusal NotFound(string method, string path) => new(404, $"The demo provider has no {method} {path}.");

    /// <summary>There is no such model.</summary>
    public static DemoRefusal NoSuchModel(string model) => new(404, $"The demo provider has no model \"{model}\".", Param: "model", Code: "model_not_found");

    /// <summary>The model exists but does something else.</summary>
    public static DemoRefusal WrongModel(string model) => Invalid("model", $"The model \"{model}\" does not serve this endpoint.");

    /// <summary>The answer of <c>demo-limited</c>.</summary>
    public static DemoRefusal RateLimited() =>
        new(429, "demo-limited is always over its limit. Try again in 7 seconds, it will be over its limit again.", "requests", Code: "rate_limit_exceeded") { RetryAfter = 7 };

    /// <summary>The answer of the unreliable backend of <c>demo-flaky</c>.</summary>
    public static DemoRefusal Overloaded() =>
        new(503, "This backend of demo-flaky is overloaded on purpose for two requests of three; the next one answers.", "server_error", Code: "overloaded");
}
