using System.Net;
using Yarp.ReverseProxy.Forwarder;

// The comparison: YARP's forwarder and nothing else, on the same runtime settings as the gateway. What the gateway costs above this is its own work.
// "inline" runs continuations where a socket operation completes, as the gateway does; without it Kestrel has its defaults.
//   bareyarp PORT UPSTREAM_HOST:PORT [inline]
if (args is not [var port, var upstream, .. var options] || options is not ([] or ["inline"]))
{
    Console.Error.WriteLine("usage: bareyarp PORT UPSTREAM_HOST:PORT [inline]");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
if (options.Length > 0) builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
builder.Services.AddHttpForwarder();
await using var app = builder.Build();

using var client = new HttpMessageInvoker(new SocketsHttpHandler
{
    UseProxy = false,
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    UseCookies = false,
    ActivityHeadersPropagator = null,
});
var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
var destination = $"http://{upstream}/";
app.Run(async context => await forwarder.SendAsync(context, destination, client, ForwarderRequestConfig.Empty, HttpTransformer.Default));
await app.RunAsync();
return 0;
