using System.Net.Http.Headers;
using AiGateway.ServiceDefaults.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AiGateway.ServiceDefaults.Tests.Transport;

/// <summary>That Kestrel takes the factory is nothing that the compiler checks.</summary>
public sealed class TransportBlocksTests
{
    private const int BodyBytes = 4 * TransportBlocks.BlockBytes;

    [Fact]
    public async Task Kestrel_ReadsABodyInBlocks()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddTransportBlocks();
        await using var server = builder.Build();
        var longest = 0;
        server.Run(async context =>
        {
            var body = await context.Request.BodyReader.ReadAtLeastAsync(BodyBytes, context.RequestAborted);
            foreach (var segment in body.Buffer) longest = Math.Max(longest, segment.Length);
            context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        var address = server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        using var client = new HttpClient();
        using var content = new ByteArrayContent(new byte[BodyBytes]) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await client.PostAsync(address, content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        Assert.InRange(longest, 4096 + 1, TransportBlocks.BlockBytes);
    }
}
