using System.Globalization;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>Starts <c>tests/AiGateway.StreamLoad</c>.</summary>
internal static class StreamLoad
{
    private static readonly string s_program = RepositoryRoot.Combine(
        "tests", "AiGateway.StreamLoad", "bin", Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name, "net10.0", "AiGateway.StreamLoad.dll");

    public static ChildProcess Start(params string[] arguments) => ChildProcess.Start("dotnet", [s_program, .. arguments], keepInputOpen: true);

    /// <summary>Runs the client to its end.</summary>
    /// <param name="url">Where it connects.</param>
    /// <param name="streams">At once.</param>
    /// <param name="frames">Of each stream.</param>
    /// <param name="eachSecond">Called from the moment when all streams are open, with the count of calls.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    public static async Task<LoadResult> RunClientAsync(Uri url, int streams, int frames, Action<int> eachSecond, CancellationToken cancellationToken)
    {
        await using var client = Start("client", url.ToString(), streams.ToString(CultureInfo.InvariantCulture), frames.ToString(CultureInfo.InvariantCulture));
        await client.WaitForOutputLineAsync(line => line == "running", cancellationToken);
        var exit = client.WaitForExitAsync(cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; !exit.IsCompleted; second++)
        {
            eachSecond(second);
            await Task.WhenAny(exit, timer.WaitForNextTickAsync(cancellationToken).AsTask());
        }

        Assert.True(await exit == 0, string.Join('\n', client.Errors));
        return JsonSerializer.Deserialize<LoadResult>(client.Output.Last())!;
    }
}
