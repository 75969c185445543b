using System.Text;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Wire;
using Envoy.Service.ExtProc.V3;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>A gateway for routes with guards, its engine in either place: what a guard is shown and may do is the same in both.</summary>
internal sealed class GuardedGateway : IAsyncDisposable
{
    public const string ChatPath = ScriptedEngine.ChatPath;

    private readonly ScriptedService? _engine;

    private GuardedGateway(GatewayUnderTest gateway, ScriptedService? engine) => (Gateway, _engine) = (gateway, engine);

    public GatewayUnderTest Gateway { get; }

    public static async Task<GuardedGateway> StartAsync(EngineMode mode, TestSnapshot snapshot)
    {
        if (mode == EngineMode.InProcess) return new GuardedGateway(await GatewayUnderTest.StartAsync(snapshot), null);
        var engine = await ScriptedService.StartAsync(ScriptedEngine.Engine);
        return new GuardedGateway(await ScriptedEngine.StartGatewayAsync(snapshot, engine), engine);
    }

    /// <summary>A guard that is shown bodies in these modes.</summary>
    public static Func<ProcessorSpec, ProcessorSpec> Shows(ProcessorBodyMode request, ProcessorBodyMode response, bool allowModeOverride = false) => spec => spec with
    {
        Request = new ProcessorDirection(request, []),
        Response = new ProcessorDirection(response, []),
        AllowModeOverride = allowModeOverride,
    };

    /// <summary>The same piece as an answer of a guard in FULL_DUPLEX_STREAMED.</summary>
    public static ProcessingResponse Piece(Seen seen) => Answer(seen, new CommonResponse
    {
        BodyMutation = new BodyMutation { StreamedResponse = new StreamedBodyResponse { Body = Google.Protobuf.ByteString.CopyFrom(seen.Bytes), EndOfStream = seen.EndOfStream } },
    });

    /// <summary>Posts JSON and reads until the answer ends, however it does.</summary>
    /// <param name="json">Request.</param>
    /// <param name="received">Called with all that has come so far, as often as something comes.</param>
    public async Task<(int Status, string Body, BodyEnd End)> ReadAsync(string json, Action<string>? received = null)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var client = await Gateway.ConnectAsync();
        await client.PostJsonAsync(ChatPath, json, deadline);
        var head = await client.ReadHeadAsync(deadline);
        var body = client.ReadBody(head);
        var text = new StringBuilder();
        await foreach (var chunk in body.ReadAsync(deadline))
        {
            text.Append(chunk.Text);
            received?.Invoke(text.ToString());
        }

        return (int.Parse(head.Words()[1], System.Globalization.CultureInfo.InvariantCulture), text.ToString(), body.End);
    }

    /// <summary>The line of the access log about the last exchange, when nothing runs any more; no request is served afterwards.</summary>
    public async Task<Logged> LoggedAsync()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await Gateway.Host.DrainAsync(TestDeadline.Default, deadline);
        Assert.Equal(0, Gateway.Host.ActiveExchanges);
        var line = JsonElement.Parse((await Gateway.OutputAsync()).Split('\n').Last(text => text.Contains("\"bytes_sent\":", StringComparison.Ordinal)));
        return new Logged(line.GetProperty("response_code").GetInt32(), line.GetProperty("outcome").GetString()!, line.TryGetProperty("error_code", out var code) ? code.GetString() : null);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        if (_engine is not null) await _engine.DisposeAsync();
    }
}

/// <summary>How an exchange ended, as the access log says.</summary>
internal sealed record Logged(int Status, string Outcome, string? Error);
