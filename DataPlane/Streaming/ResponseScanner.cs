using System.Buffers;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Json;
using AiGateway.DataPlane.Usage;

namespace AiGateway.DataPlane.Streaming;

/// <summary>
/// Looks at a response while its bytes pass and remembers the model, the usage and whether the stream reported an error. Works on bytes cut anywhere;
/// nothing is rebuilt. One instance per attempt; reusable after <see cref="Restart"/>.
/// </summary>
public sealed class ResponseScanner
{
    /// <summary>Longest event line that is looked into; a longer one passes unread.</summary>
    public const int LongestLine = 8 * 1024 * 1024;

    private readonly JsonMember _model = new("model");
    private readonly JsonMember _usage = new("usage");
    private readonly JsonMember _responseModel;
    private readonly JsonMember _responseUsage;
    private readonly JsonMember _messageModel;
    private readonly JsonMember _messageUsage;
    private readonly JsonMember _metaTokens;
    private readonly JsonMember _inputTokens = new("input_tokens", limit: 32);
    private readonly JsonMember _count = new("count", limit: 32);
    private readonly JsonMember _choices = new("choices", limit: 16);
    private readonly JsonMember _error = new("error", limit: 65536);
    private readonly JsonMember _type = new("type", limit: 64);
    private readonly JsonMemberScanner _members;

    private EndpointDescriptor _endpoint = EndpointCatalog.All[0];
    private bool _events;
    private byte[]? _line; // start of a line whose end has not arrived
    private int _lineLength;
    private bool _lineTooLong;
    private string? _modelName;
    private TokenUsage _tokens;
    private long? _rawInput;

    /// <summary>Creates a scanner; call <see cref="Restart"/> before feeding it.</summary>
    public ResponseScanner()
    {
        var response = JsonMember.Parent("response");
        var message = JsonMember.Parent("message");
        var meta = JsonMember.Parent("meta");
        _responseModel = new JsonMember("model", response);
        _responseUsage = new JsonMember("usage", response);
        _messageModel = new JsonMember("model", message);
        _messageUsage = new JsonMember("usage", message);
        _metaTokens = new JsonMember("tokens", meta);
        _members = new JsonMemberScanner(_model, _usage, response, message, meta, _responseModel, _responseUsage, _messageModel, _messageUsage, _metaTokens, _inputTokens, _count, _choices, _error, _type);
    }

    /// <summary>Model that the provider says answered; null until known.</summary>
    public string? Model => _modelName;

    /// <summary>Counters seen so far.</summary>
    public TokenUsage Usage => _tokens;

    /// <summary>The stream carried an error event.</summary>
    public bool ErrorSeen { get; private set; }

    /// <summary>Data lines seen.</summary>
    public long Events { get; private set; }

    /// <summary>Begins a new response.</summary>
    /// <param name="endpoint">Operation.</param>
    /// <param name="events">The body is an event stream; otherwise one JSON text.</param>
    /// <param name="expectedModel">Most likely model name; saves an allocation when it is the one.</param>
    public void Restart(EndpointDescriptor endpoint, bool events, string? expectedModel = null)
    {
        _endpoint = endpoint;
        _events = events;
        _lineLength = 0;
        _lineTooLong = false;
        _modelName = null;
        _expected = expectedModel;
        _tokens = default;
        _rawInput = null;
        ErrorSeen = false;
        Events = 0;
        ForgetAll();
        _members.Restart();
    }

    private string? _expected;

    /// <summary>Looks at the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (!_events)
        {
            _members.Feed(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(bytes);
                return;
            }

            if (_lineLength == 0 && !_lineTooLong)
            {
                Line(bytes[..end]);
            }
            else
            {
                Keep(bytes[..end]);
                if (!_lineTooLong) Line(_line.AsSpan(0, _lineLength));
                _lineLength = 0;
                _lineTooLong = false;
            }

            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Takes what the last bytes left open. Call once after the last byte.</summary>
    public void Finish()
    {
        if (_events)
        {
            if (_lineLength > 0 && !_lineTooLong) Line(_line.AsSpan(0, _lineLength));
            _lineLength = 0;
        }
        else
        {
            TakeFound();
            TakeCounts();
        }

        if (_line is not null)
        {
            ArrayPool<byte>.Shared.Return(_line);
            _line = null;
        }
    }

    /// <summary>Whether <paramref name="payload"/> is the extra chunk that only carries usage (<c>choices</c> empty).</summary>
    public bool IsUsageOnly(ReadOnlySpan<byte> payload)
    {
        _choices.Forget();
        _usage.Forget();
        _members.Restart();
        _members.Feed(payload);
        return _usage.IsObject && _choices.Found && _choices.Value is [(byte)'[', .. var inner, (byte)']'] && inner.Trim(" \t\r\n"u8).IsEmpty;
    }

    /// <summary>Payload of a <c>data:</c> line, or empty for any other line.</summary>
    internal static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data:"u8)) return default;
        line = line[5..];
        if (!line.IsEmpty && line[0] == (byte)' ') line = line[1..];
        return !line.IsEmpty && line[^1] == (byte)'\r' ? line[..^1] : line;
    }

    /// <summary>Whether <paramref name="name"/> (with its quotes) occurs with any value but <c>null</c>, which many providers put into every chunk.</summary>
    internal static bool MayCarry(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var at = bytes.IndexOf(name);
            if (at < 0) return false;
            bytes = bytes[(at + name.Length)..].TrimStart(" :\t"u8);
            if (bytes.IsEmpty || bytes[0] != (byte)'n') return true;
        }
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        var payload = Payload(line);
        if (payload.IsEmpty) return;
        Events++;

        // Most chunks carry neither; one vectorised search each decides. The name cannot occur inside a string value without a backslash before its quote.
        var interesting = _modelName is null || MayCarry("\"usage\""u8, payload) || MayCarry("\"error\""u8, payload);
        if (!interesting) return;
        ForgetAll();
        _members.Restart();
        _members.Feed(payload);
        TakeFound();
    }

    private void TakeFound()
    {
        TakeModel(_model);
        TakeModel(_responseModel);
        TakeModel(_messageModel);
        TakeUsage(_usage);
        TakeUsage(_responseUsage);
        TakeUsage(_messageUsage);
        if (_metaTokens.IsObject) UsageReader.ReadCohere(_metaTokens.Value, ref _tokens);
        if (_error.IsObject || _type.TextEquals("error") || _type.TextEquals("response.failed")) ErrorSeen = true;
    }

    private void TakeModel(JsonMember member)
    {
        if (!member.Found) return;
        if (_modelName is not null && member.TextEquals(_modelName)) return;
        _modelName = _expected is not null && member.TextEquals(_expected) ? _expected : member.AsString() ?? _modelName;
    }

    private void TakeUsage(JsonMember member)
    {
        if (!member.IsObject) return;
        if (_endpoint.Dialect == Dialect.Anthropic) UsageReader.ReadAnthropic(member.Value, ref _rawInput, ref _tokens);
        else UsageReader.ReadOpenAI(member.Value, ref _tokens);
    }

    private void TakeCounts()
    {
        var count = _endpoint.Kind switch
        {
            EndpointKind.CountTokens or EndpointKind.ResponsesInputTokens => _inputTokens,
            EndpointKind.Tokenize => _count,
            _ => null,
        };
        if (count is { Found: true } && UsageReader.ReadCount(count.Value) is { } value) _tokens = _tokens with { Input = value };
    }

    private void ForgetAll()
    {
        _model.Forget();
        _usage.Forget();
        _responseModel.Forget();
        _responseUsage.Forget();
        _messageModel.Forget();
        _messageUsage.Forget();
        _metaTokens.Forget();
        _inputTokens.Forget();
        _count.Forget();
        _choices.Forget();
        _error.Forget();
        _type.Forget();
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_lineTooLong || _lineLength + part.Length > LongestLine)
        {
            _lineTooLong = true;
            return;
        }

        if (_line is null || _line.Length < _lineLength + part.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(4096, 2 * (_lineLength + part.Length)));
            if (_line is not null)
            {
                _line.AsSpan(0, _lineLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_line);
            }

            _line = larger;
        }

        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
    }
}
