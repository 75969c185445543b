// Both ends of many slow event streams, each in a process of its own, so that what is measured between them is what lies between them:
//   AiGateway.StreamLoad upstream FRAMES INTERVAL_MS          prints "listening on PORT", serves until its standard input closes
//   AiGateway.StreamLoad client URL STREAMS FRAMES            prints "running" when all streams are open, then one line of JSON
using System.Globalization;
using AiGateway.StreamLoad;

return args switch
{
    ["upstream", var frames, var interval] => await LoadUpstream.RunAsync(Number(frames), TimeSpan.FromMilliseconds(Number(interval))),
    ["client", var url, var streams, var frames] => await LoadClient.RunAsync(new Uri(url), Number(streams), Number(frames)),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("usage: upstream FRAMES INTERVAL_MS | client URL STREAMS FRAMES");
    return 2;
}
