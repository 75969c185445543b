using System.Text;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.TestSupport;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Read = AiGateway.ExtProc.Protocol.Recording.Recording;

namespace AiGateway.ExtProc.Protocol.Tests.Recording;

/// <summary>Which streams are recorded, and how much room they take.</summary>
public sealed class FlightRecorderTests
{
    [Fact]
    public async Task Stream_WithCredentials_IsRecordedWithoutThem()
    {
        using var folder = TempFolder.Create();
        await using (var recorder = Start(folder))
        {
            var stream = recorder.Begin([new("authorization", "Bearer planted"), new("x-envoy-internal", "true")], Head("/v1/chat?key=planted&alt=sse", ("x-api-key", "planted"), ("x-kept", "kept")))!;
            stream.Response(Sets(("authorization", "Bearer planted"), ("x-kept", "kept")));
            stream.Ended(GrpcStatusCode.OK, "");
            stream.Reset(); // only the first end counts
        }

        var bytes = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path)), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("planted", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        var recording = Read.Read(bytes);
        Assert.Equal([RecordedEventKind.Open, RecordedEventKind.Request, RecordedEventKind.Response, RecordedEventKind.Status], recording.Events.Select(recorded => recorded.Kind));
        Assert.Equal([new("authorization", "REDACTED"), new("x-envoy-internal", "true")], RecordingFormat.ReadOpen(recording.Events[0].Payload.Span));
        var headers = ProcessingRequest.Parser.ParseFrom(recording.Events[1].Payload.Span).RequestHeaders.Headers.Headers.ToDictionary(header => header.Key, header => header.RawValue.ToStringUtf8());
        Assert.Equal(("/v1/chat?key=REDACTED&alt=sse", "REDACTED", "kept"), (headers[":path"], headers["x-api-key"], headers["x-kept"]));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(folder.Path)[0]));
    }

    [Fact]
    public async Task Attempt_OfARecordedExchange_IsRecordedAndOthersAreNot()
    {
        using var folder = TempFolder.Create();
        await using var recorder = Start(folder, options => options with { Filter = new("x-team", "blue") });

        Assert.Null(recorder.Begin([], Head("/v1", ("x-team", "red"))));
        Assert.Null(recorder.Begin([], Attempt("id-1")));
        var exchange = recorder.Begin([], Head("/v1", ("x-team", "blue")))!;
        exchange.Response(Sets((ExchangeJoin.Header, "id-1")));

        Assert.NotNull(recorder.Begin([], Attempt("id-1")));
        Assert.Null(recorder.Begin([], Attempt("id-2")));
        exchange.Reset();
        Assert.Null(recorder.Begin([], Attempt("id-1")));
    }

    [Theory]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/embeddings", false)]
    public async Task Filter_ByPath_AsksForAPrefix(string path, bool recorded)
    {
        using var folder = TempFolder.Create();
        await using var recorder = Start(folder, options => options with { Filter = new("path", "/v1/chat") });

        Assert.Equal(recorded, recorder.Begin([], Head(path)) is not null);
    }

    [Fact]
    public async Task Sample_OfNothing_RecordsNothing()
    {
        using var folder = TempFolder.Create();
        await using var recorder = Start(folder, options => options with { Sample = 0 });

        Assert.Null(recorder.Begin([], Head("/v1")));
    }

    [Fact]
    public async Task Files_FullOnes_AreFollowedByNewOnesAndTheOldestGo()
    {
        using var folder = TempFolder.Create();
        await using (var recorder = Start(folder, options => options with { MaxFileBytes = 20_000, MaxFiles = 3 }))
        {
            for (var number = 0; number < 60; number++)
            {
                var stream = recorder.Begin([], Head("/v1"))!;
                stream.Request(InboundMessage.OfBody(InboundKind.RequestBody, new(new byte[1000]), endOfStream: true));
                stream.Ended(GrpcStatusCode.OK, "");
            }
        }

        var files = Directory.GetFiles(folder.Path);
        Assert.Equal(3, files.Length);
        foreach (var file in files)
        {
            Assert.InRange(new FileInfo(file).Length, 1, 20_000);
            var recording = await Read.ReadAsync(file, TestContext.Current.CancellationToken);
            Assert.All(recording.Events.GroupBy(recorded => recorded.Stream), stream => Assert.Equal([RecordedEventKind.Open, RecordedEventKind.Request, RecordedEventKind.Request, RecordedEventKind.Status], stream.Select(recorded => recorded.Kind)));
        }
    }

    [Fact]
    public async Task Stream_ThatDoesNotFit_IsMarkedAndCounted()
    {
        using var folder = TempFolder.Create();
        await using var recorder = Start(folder, options => options with { MaxQueuedBytes = 5000 });
        var stream = recorder.Begin([], Head("/v1"))!;
        stream.Request(InboundMessage.OfBody(InboundKind.RequestBody, new(new byte[6000]), endOfStream: true));
        stream.Ended(GrpcStatusCode.OK, "");
        var other = recorder.Begin([], Head("/v1"))!;
        other.Ended(GrpcStatusCode.OK, "");

        await recorder.DisposeAsync();

        Assert.Equal(1, recorder.DroppedStreams);
        var recording = await Read.ReadAsync(Assert.Single(Directory.GetFiles(folder.Path)), TestContext.Current.CancellationToken);
        var first = recording.Events.Where(recorded => recorded.Stream == 1).Select(recorded => recorded.Kind).ToList();
        Assert.True(first is [] or [.., RecordedEventKind.Dropped], string.Join(' ', first)); // how much had been written by then is the writer's luck
        Assert.DoesNotContain(RecordedEventKind.Status, first);
        Assert.Equal(RecordedEventKind.Status, recording.Events.Last(recorded => recorded.Stream == 2).Kind);
    }

    [Fact]
    public async Task Directory_ThatIsGone_EndsTheRecordingAndNothingElse()
    {
        var folder = TempFolder.Create();
        await using var recorder = Start(folder);
        folder.Dispose();

        var stream = recorder.Begin([], Head("/v1"))!;
        stream.Request(InboundMessage.OfBody(InboundKind.RequestBody, default, endOfStream: true));
        stream.Reset();

        await recorder.DisposeAsync();
        Assert.Null(recorder.Begin([], Head("/v1")));
    }

    private static FlightRecorder Start(TempFolder folder, Func<RecorderOptions, RecorderOptions>? change = null)
    {
        var options = new RecorderOptions { Directory = folder.Path };
        return FlightRecorder.Start(change is null ? options : change(options), NullLogger.Instance);
    }

    private static InboundMessage Head(string path, params (string Name, string Value)[] more)
    {
        var headers = new HeaderMap();
        foreach (var (name, value) in ((string, string)[])[(":path", path), .. more]) headers.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) });
        return InboundMessage.Of(new ProcessingRequest { RequestHeaders = new HttpHeaders { Headers = headers } });
    }

    private static InboundMessage Attempt(string id)
    {
        var message = Head("/v1", (ExchangeJoin.Header, id)).Message!;
        message.Attributes["envoy.filters.http.ext_proc"] = new Struct();
        return InboundMessage.Of(message);
    }

    private static ProcessingResponse Sets(params (string Name, string Value)[] headers)
    {
        var mutation = new HeaderMutation();
        foreach (var (name, value) in headers) mutation.SetHeaders.Add(new HeaderValueOption { Header = new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) } });
        return new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = new CommonResponse { HeaderMutation = mutation } } };
    }
}
