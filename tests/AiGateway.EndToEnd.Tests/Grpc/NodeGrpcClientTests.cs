using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Clients;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Grpc;

/// <summary>@grpc/grpc-js as client of the product's gRPC server.</summary>
public sealed class NodeGrpcClientTests
{
    [Fact]
    public async Task Tcp_EveryCase_IsUnderstood()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var processor = await InteropProcessor.StartAsync("127.0.0.1:0", deadline);

        await RunAsync(processor, $"127.0.0.1:{processor.Port}", deadline);
    }

    [Fact]
    public async Task UnixSocket_EveryCase_IsUnderstood()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var address = $"unix:{folder.File("ext.sock")}";
        await using var processor = await InteropProcessor.StartAsync(address, deadline);

        await RunAsync(processor, address, deadline);
    }

    private static async Task RunAsync(InteropProcessor processor, string address, CancellationToken cancellationToken)
    {
        var seen = await NodeScript.RunAsync("grpc-client.mjs", [address], cancellationToken);

        Assert.Equal("SERVING", (string)seen["healthCheck"]!);
        Assert.Equal(5, (int)seen["healthUnknown"]!);
        Assert.Equal("SERVICE_UNKNOWN", (string)seen["healthWatch"]!);
        AssertJson("""
            {"code":0,"kinds":["request_headers","request_body","response_headers","response_body","response_body"],"seen":"x-seen :path=/v1/chat/completions","requestBody":"{\"model\":\"naïve\"}","chunk":"data: 1\n\n","last":0}
            """, seen["phases"]!);
        AssertJson("""{"code":7,"details":"zutritt für 5% der Gäste","answers":0}""", seen["denied"]!);
        Assert.Equal(2, (int)seen["throws"]!["code"]!);
        Assert.DoesNotContain("secret", (string)seen["throws"]!["details"]!, StringComparison.Ordinal);
        AssertJson("""{"code":10,"details":"later","answers":1}""", seen["lateError"]!);
        Assert.Equal(4, (int)seen["deadline"]!["code"]!);
        AssertJson("""{"code":12,"accepts":"identity"}""", seen["gzip"]!);
        AssertJson("""{"code":0,"same":true}""", seen["large"]!);
        AssertJson("""{"code":0,"details":"","answers":1}""", seen["early"]!);
        Assert.Equal(12, (int)seen["unknownService"]!);
        Assert.Equal(1, (int)seen["cancel"]!);
        Assert.Equal(200, (int)seen["many"]!);
        processor.Logs.ExpectNoErrors(entry => entry.EventId.Id == 1100 && entry.Exception?.Message == "key sk-secret-1");
    }

    private static void AssertJson(string expected, JsonNode actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}, got {actual.ToJsonString()}");
}
