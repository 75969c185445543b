using System.Security.Cryptography;
using System.Text;
using AiGateway.Cli.Demo.Endpoints;
using AiGateway.Cli.Demo.Wire;
using AiGateway.Contracts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Cli.Demo;

/// <summary>Checks the credential and finds the endpoint of one request to the demo provider.</summary>
internal sealed class DemoApplication(TimeProvider time, SecretString key) : IHttpApplication<HttpContext>
{
    /// <summary>Path prefix of the backend of <c>demo-flaky</c> that fails two times of three.</summary>
    public const string UnreliablePrefix = "/flaky";

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key.Reveal());

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(new DemoCall(context, time));
        }
        catch (OperationCanceledException)
        {
            // The gateway hung up: nobody is left to answer.
            context.Abort();
        }
    }

    private async Task AnswerAsync(DemoCall call)
    {
        var path = call.Context.Request.Path.Value ?? "/";
        var unreliable = path.StartsWith(UnreliablePrefix + "/", StringComparison.Ordinal);
        if (unreliable)
            path = path[UnreliablePrefix.Length..];
        call.Shape = DemoEndpoints.ErrorShapeOf(path);
        call.FromUnreliableBackend = unreliable;

        var endpoint = DemoEndpoints.Find(call.Context.Request.Method, path);
        if (!IsAuthorized(call.Context.Request.Headers))
            await call.RefuseAsync(DemoRefusal.Unauthorized());
        else if (endpoint is null)
            await call.RefuseAsync(DemoRefusal.NotFound(call.Context.Request.Method, path));
        else
            await endpoint(call);
    }

    private bool IsAuthorized(IHeaderDictionary headers)
    {
        const string Bearer = "Bearer ";
        string? given = headers["x-api-key"];
        if (given is null && headers.Authorization.ToString() is { } authorization && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            given = authorization[Bearer.Length..];
        return given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _key);
    }
}
