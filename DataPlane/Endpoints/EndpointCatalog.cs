using System.Collections.Frozen;

namespace AiGateway.DataPlane.Endpoints;

/// <summary>Every endpoint of the gateway and the paths it answers on.</summary>
public sealed class EndpointCatalog
{
    private static readonly EndpointDescriptor[] s_all =
    [
        new() { Kind = EndpointKind.ChatCompletions, Dialect = Dialect.OpenAI, Suffix = "/v1/chat/completions", Operation = "chat", SpanName = "ChatCompletion", Streams = true, AsksForUsage = true },
        new() { Kind = EndpointKind.Completions, Dialect = Dialect.OpenAI, Suffix = "/v1/completions", Operation = "completion", SpanName = "Completion", Streams = true, AsksForUsage = true },
        new() { Kind = EndpointKind.Embeddings, Dialect = Dialect.OpenAI, Suffix = "/v1/embeddings", Operation = "embeddings", SpanName = "CreateEmbeddings" },
        new() { Kind = EndpointKind.Responses, Dialect = Dialect.OpenAI, Suffix = "/v1/responses", Operation = "responses", SpanName = "Responses", Streams = true },
        new() { Kind = EndpointKind.ResponsesInputTokens, Dialect = Dialect.OpenAI, Suffix = "/v1/responses/input_tokens", Operation = "responses_input_tokens", SpanName = "ResponsesInputTokens" },
        new() { Kind = EndpointKind.ImageGenerations, Dialect = Dialect.OpenAI, Suffix = "/v1/images/generations", Operation = "image_generation", SpanName = "ImagesResponse", Streams = true },
        new() { Kind = EndpointKind.AudioSpeech, Dialect = Dialect.OpenAI, Suffix = "/v1/audio/speech", Operation = "speech", SpanName = "AudioSpeech", Streams = true },
        new() { Kind = EndpointKind.AudioTranscriptions, Dialect = Dialect.OpenAI, Suffix = "/v1/audio/transcriptions", Operation = "transcription", SpanName = "Transcription", Multipart = true, Streams = true },
        new() { Kind = EndpointKind.AudioTranslations, Dialect = Dialect.OpenAI, Suffix = "/v1/audio/translations", Operation = "translation", SpanName = "Translation", Multipart = true },
        new() { Kind = EndpointKind.Tokenize, Dialect = Dialect.OpenAI, Suffix = "/tokenize", Operation = "tokenize", SpanName = "Tokenize", ModelRequired = true },
        new() { Kind = EndpointKind.Models, Dialect = Dialect.OpenAI, Suffix = "/v1/models", Operation = "models", SpanName = "", Catalogue = true },
        new() { Kind = EndpointKind.Rerank, Dialect = Dialect.Cohere, Suffix = "/v2/rerank", Operation = "rerank", SpanName = "Rerank" },
        new() { Kind = EndpointKind.Messages, Dialect = Dialect.Anthropic, Suffix = "/v1/messages", Operation = "messages", SpanName = "Message", Streams = true, ModelRequired = true },
        new() { Kind = EndpointKind.CountTokens, Dialect = Dialect.Anthropic, Suffix = "/v1/messages/count_tokens", Operation = "count_tokens", SpanName = "CountTokens", ModelRequired = true },
        new() { Kind = EndpointKind.AnthropicModels, Dialect = Dialect.Anthropic, Suffix = "/v1/models", Operation = "models", SpanName = "", Catalogue = true },
    ];

    private readonly FrozenDictionary<string, EndpointDescriptor> _byPath;
    private readonly (string Prefix, Dialect Dialect)[] _prefixes;
    private readonly (string Path, EndpointDescriptor Endpoint)[] _modelLists;

    /// <param name="prefixes">Where each dialect lives.</param>
    public EndpointCatalog(EndpointPrefixes prefixes)
    {
        var byPath = new Dictionary<string, EndpointDescriptor>(StringComparer.Ordinal);
        foreach (var endpoint in s_all) byPath[prefixes.Path(endpoint)] = endpoint;

        // Anthropic and Cohere clients that were pointed at the bare origin find their endpoints too, where no OpenAI path is in the way.
        foreach (var endpoint in s_all) byPath.TryAdd(endpoint.Suffix, endpoint);

        _byPath = byPath.ToFrozenDictionary(StringComparer.Ordinal);
        _modelLists = [.. s_all.Where(endpoint => endpoint.Catalogue).Select(endpoint => (prefixes.Path(endpoint) + "/", endpoint))];
        _prefixes = [.. new[] { Dialect.Anthropic, Dialect.Cohere, Dialect.OpenAI }.Select(dialect => (prefixes.Of(dialect), dialect)).OrderByDescending(entry => entry.Item1.Length)];
    }

    /// <summary>All descriptors, catalogue endpoints included.</summary>
    public static IReadOnlyList<EndpointDescriptor> All => s_all;

    /// <summary>The endpoint on <paramref name="path"/> (decoded, without query; one trailing slash is tolerated), or null.</summary>
    public EndpointDescriptor? Find(string path)
    {
        if (_byPath.TryGetValue(path, out var endpoint)) return endpoint;
        return path.Length > 1 && path[^1] == '/' && _byPath.TryGetValue(path[..^1], out endpoint) ? endpoint : null;
    }

    /// <summary>For <c>/v1/models/{id}</c>: the list it belongs to and the id, which may contain slashes.</summary>
    public bool TryFindModel(string path, out EndpointDescriptor? endpoint, out string? id)
    {
        foreach (var (prefix, list) in _modelLists)
        {
            if (path.Length <= prefix.Length || !path.StartsWith(prefix, StringComparison.Ordinal)) continue;
            (endpoint, id) = (list, path[prefix.Length..]);
            return true;
        }

        (endpoint, id) = (null, null);
        return false;
    }

    /// <summary>The dialect that a client on an unknown path most likely speaks; for error bodies.</summary>
    public Dialect Guess(string path)
    {
        foreach (var (prefix, dialect) in _prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal)) return dialect;
        }

        return Dialect.OpenAI;
    }
}
