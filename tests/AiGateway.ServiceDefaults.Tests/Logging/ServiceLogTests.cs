using System.Text;
using System.Text.Json;
using AiGateway.ServiceDefaults.Tests.Support;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Tests.Logging;

public sealed class ServiceLogTests
{
    [Fact]
    public void Text_WithScopeAndLineBreak_IsOneLine() => Assert.Equal(
        "2026-01-31T12:00:00.000Z warn  Area: Refused by a\\nb request_id=r1\n",
        Write("info", "text", logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object?> { ["request_id"] = "r1" })) logger.LogWarning("Refused by {Backend}", "a\nb");
        }));

    [Fact]
    public void Json_WithValuesAndFault_IsOneObject()
    {
        var line = Write("info", "json", logger => logger.LogError(new EventId(7), new InvalidOperationException("broken"), "Failed {Count}", 3));
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal(("error", "Product.Area", 7, "Failed 3", 3), (json.Text("level"), json.Text("logger"), json.GetProperty("event").GetInt32(), json.Text("msg"), json.GetProperty("Count").GetInt32()));
        Assert.Contains("broken", json.Text("error"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug", 4)]
    [InlineData("info", 3)]
    [InlineData("warn", 2)]
    [InlineData("error", 1)]
    public void Level_Set_HidesLowerOnes(string level, int lines) => Assert.Equal(lines, Write(level, "text", logger =>
    {
        logger.LogDebug("d");
        logger.LogInformation("i");
        logger.LogWarning("w");
        logger.LogError("e");
    }).Count(character => character == '\n'));

    [Fact]
    public void Settings_Unusable_AreBothReported() => Assert.Equal(
        ["logLevel=\"loud\" is not a level; set debug, info, warn or error", "logFormat=\"xml\" is not a format; set text or json"],
        Assert.Throws<TelemetryOptionsException>(() => ServiceLogOptions.Parse("loud", "xml")).Errors);

    private static string Write(string level, string format, Action<ILogger> log)
    {
        using var output = new MemoryStream();
        using (var factory = ServiceLog.CreateFactory(ServiceLogOptions.Parse(level, format), output, new ManualTime())) log(factory.CreateLogger("Product.Area"));
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
