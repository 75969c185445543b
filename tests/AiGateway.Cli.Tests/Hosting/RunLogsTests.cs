using System.Text;
using AiGateway.Cli.Hosting;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Tests.Hosting;

public sealed class RunLogsTests
{
    [Fact]
    public void Dispose_RightAfterTheLastLine_HasWrittenItToBoth()
    {
        using var file = new MemoryStream();
        using var terminal = new MemoryStream();
        using (var logs = RunLogs.Create(file, terminal, debug: false, json: false, TimeProvider.System))
        {
            var log = logs.CreateLogger("Area");
            log.LogInformation("for the file alone");
            log.LogError("the last word");
        }

        Assert.Equal(["for the file alone", "the last word"], Messages(file));
        Assert.Equal(["the last word"], Messages(terminal));
    }

    private static IEnumerable<string> Messages(MemoryStream stream) =>
        Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split("Area: ")[1]);
}
