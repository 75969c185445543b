using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>
/// Writes the messages of chosen streams to files, from which they can be sent again. One per process, for all streams of one side. Streams hand over
/// copies and go on; a task of the recorder redacts and writes. When it cannot follow, whole streams are given up and counted.
/// </summary>
public sealed class FlightRecorder : IAsyncDisposable
{
    private const int QueueLength = 16 * 1024;
    private const int FlushBytes = 4 * 1024 * 1024;

    private readonly RecorderOptions _options;
    private readonly ILogger _log;
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly ConcurrentDictionary<string, StreamRecording> _exchanges = new(StringComparer.Ordinal);
    private readonly long _begun;
    private readonly RecordingFiles _files;
    private readonly Task _writer;
    private long _queuedBytes;
    private long _streams;
    private long _dropped;
    private volatile bool _broken;

    private FlightRecorder(RecorderOptions options, ILogger log)
    {
        _options = options;
        _log = log;
        _begun = options.Time.GetTimestamp();
        _files = new RecordingFiles(options);
        _writer = WriteAsync();
    }

    /// <summary>Streams of which something is missing, because the disk was slower than they or a file was full.</summary>
    public long DroppedStreams => Interlocked.Read(ref _dropped);

    /// <summary>Begins to record.</summary>
    /// <exception cref="IOException">The directory cannot be made, or not be written to.</exception>
    public static FlightRecorder Start(RecorderOptions options, ILogger log)
    {
        try
        {
            Directory.CreateDirectory(options.Directory);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"Streams cannot be recorded: {exception.Message}", exception);
        }

        RecordingLog.Started(log, options.Directory);
        return new FlightRecorder(options, log);
    }

    /// <summary>Decides about a stream when its first message is known, and records both.</summary>
    /// <param name="metadata">gRPC metadata of the stream.</param>
    /// <param name="first">Its first message.</param>
    /// <returns>Null when the stream is not recorded.</returns>
    public StreamRecording? Begin(IEnumerable<KeyValuePair<string, string>> metadata, in InboundMessage first)
    {
        if (_broken) return null;
        StreamRecording? exchange = null;
        var id = ExchangeJoin.Brought(first.Message);
        if (id is null || !_exchanges.TryGetValue(id, out exchange))
        {
            // An attempt without its exchange can only be sent again when everything is recorded.
            if (id is not null && (_options.Sample < 1 || _options.Filter is not null)) return null;
            if (!_options.Wants(first) || (_options.Sample < 1 && Random.Shared.NextDouble() >= _options.Sample)) return null;
        }

        var recording = new StreamRecording(this, Interlocked.Increment(ref _streams), exchange, id is not null, _options.KeepBodies);
        Add(recording, RecordedEventKind.Open, RecordingFormat.Open(metadata.Select(static field => KeyValuePair.Create(field.Key, SecretNames.Redact(field.Key, field.Value)))));
        recording.Request(first);
        return recording;
    }

    /// <summary>Writes what is waiting and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer;
        if (DroppedStreams > 0) RecordingLog.Dropped(_log, DroppedStreams);
    }

    internal void Join(string id, StreamRecording exchange) => _exchanges[id] = exchange;

    internal void Leave(string id) => _exchanges.TryRemove(id, out _);

    internal void Add(StreamRecording stream, RecordedEventKind kind, ReadOnlyMemory<byte> payload)
    {
        if (stream.IsDropped) return;
        if (Interlocked.Add(ref _queuedBytes, payload.Length) <= _options.MaxQueuedBytes && _queue.Writer.TryWrite(new Entry(stream, _options.Time.GetElapsedTime(_begun), kind, payload))) return;
        Interlocked.Add(ref _queuedBytes, -payload.Length);
        Drop(stream);
    }

    private void Drop(StreamRecording stream)
    {
        if (stream.IsDropped) return;
        stream.IsDropped = true;
        Interlocked.Increment(ref _dropped);
        _files.Abandoned(stream);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                for (var waiting = 0L; waiting < FlushBytes && _queue.Reader.TryRead(out var entry); waiting += entry.Payload.Length) Write(entry);
                await _files.FlushAsync();
            }

            await _files.FlushAsync();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A disk that is full or gone: the service goes on without a recorder.
            _broken = true;
            RecordingLog.Broken(_log, exception);
            while (_queue.Reader.TryRead(out _))
            {
                // what waits has nowhere to go
            }
        }
        finally
        {
            await _files.DisposeAsync();
        }
    }

    private void Write(in Entry entry)
    {
        Interlocked.Add(ref _queuedBytes, -entry.Payload.Length);
        if (entry.Stream.IsDropped) return;
        var payload = entry.Kind switch
        {
            RecordedEventKind.Request => entry.Stream.Redaction.Request(entry.Payload),
            RecordedEventKind.Response => entry.Stream.Redaction.Response(entry.Payload),
            _ => entry.Payload,
        };
        if (!_files.Append(entry.Stream, entry.At, entry.Kind, payload)) Drop(entry.Stream);
    }

    private readonly record struct Entry(StreamRecording Stream, TimeSpan At, RecordedEventKind Kind, ReadOnlyMemory<byte> Payload);
}
