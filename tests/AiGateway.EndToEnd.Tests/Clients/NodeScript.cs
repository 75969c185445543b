using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>Runs a script of <c>tests/clients</c>.</summary>
internal static class NodeScript
{
    /// <param name="script">File name.</param>
    /// <param name="origin">Where the client is pointed at.</param>
    /// <param name="models">Operation to model.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    /// <returns>Operation to what the client understood.</returns>
    public static Task<JsonNode> RunAsync(string script, IOrigin origin, IReadOnlyDictionary<string, string> models, CancellationToken cancellationToken) =>
        RunAsync(script, [origin.Endpoint.ToString().TrimEnd('/'), JsonSerializer.Serialize(models)], cancellationToken);

    /// <param name="script">File name.</param>
    /// <param name="arguments">For the script.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    /// <returns>The one JSON object that the script prints.</returns>
    public static async Task<JsonNode> RunAsync(string script, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var node = RealParts.Program("node");
        await using var process = ChildProcess.Start(node, [script, .. arguments], folder: RealParts.NodeClients());
        var exitCode = await process.WaitForExitAsync(cancellationToken);
        Assert.True(exitCode == 0, $"{process} ended with {exitCode}:\n{string.Join('\n', process.Errors)}");
        return JsonNode.Parse(Assert.Single(process.Output))!;
    }
}
