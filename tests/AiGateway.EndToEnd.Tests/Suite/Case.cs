using System.Text;
using System.Text.Json;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>One request of the suite, what the providers do with it, and what became of it.</summary>
internal sealed class Case(Stage stage, string id)
{
    /// <summary>Request id, by which it is found in logs.</summary>
    public string Id { get; } = id;

    /// <summary>What the first provider received of this case.</summary>
    public IReadOnlyList<RecordedRequest> AtFirst => [.. stage.First.Requests.Where(Mine)];

    /// <summary>What the second provider received of this case.</summary>
    public IReadOnlyList<RecordedRequest> AtSecond => [.. stage.Second.Requests.Where(Mine)];

    /// <summary>The next answers of the first provider.</summary>
    public Case First(params MockAnswer[] answers)
    {
        stage.Enqueue("first", Id, answers);
        return this;
    }

    /// <summary>The next answers of the second provider.</summary>
    public Case Second(params MockAnswer[] answers)
    {
        stage.Enqueue("second", Id, answers);
        return this;
    }

    /// <summary>Sends a JSON request and reads the whole answer.</summary>
    public async Task<CaseAnswer> AskAsync(string path, string json, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), cancellationToken, headers);
        return await CaseAnswer.ReadAsync(response, cancellationToken);
    }

    /// <summary>Sends a request; its answer is not read yet.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in (IEnumerable<(string, string)>)[(Stage.CaseHeader, Id), ("x-request-id", Id), .. headers]) request.Headers.TryAddWithoutValidation(name, value);
        return await stage.Origin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>A client that sends exactly the bytes of the test.</summary>
    public Task<RawHttpClient> ConnectAsync(CancellationToken cancellationToken) => RawHttpClient.ConnectAsync(stage.Origin.Endpoint.Port, cancellationToken);

    /// <summary>Sends a JSON request over a connection of its own.</summary>
    public Task PostAsync(RawHttpClient client, string path, string json, CancellationToken cancellationToken) =>
        client.PostJsonAsync(path, json, cancellationToken, $"{Stage.CaseHeader}: {Id}\r\nx-request-id: {Id}\r\n");

    /// <summary>The access log entry of this case.</summary>
    public Task<JsonElement> LogEntryAsync(CancellationToken cancellationToken) => stage.Origin.LogEntryAsync(Id, cancellationToken);

    private bool Mine(RecordedRequest request) => request.Headers[Stage.CaseHeader] == Id;
}
