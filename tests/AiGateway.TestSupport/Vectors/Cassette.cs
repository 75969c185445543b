using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace AiGateway.TestSupport.Vectors;

/// <summary>One HTTP exchange as go-vcr writes it. Header names are compared without case.</summary>
public sealed record Cassette
{
    /// <summary>Request method.</summary>
    public required string Method { get; init; }

    /// <summary>Request address at the provider.</summary>
    public required Uri Url { get; init; }

    /// <summary>Request headers, first value each.</summary>
    public required IReadOnlyDictionary<string, string> RequestHeaders { get; init; }

    /// <summary>Request body.</summary>
    public required string RequestBody { get; init; }

    /// <summary>Response status.</summary>
    public required int Status { get; init; }

    /// <summary>Response headers, first value each.</summary>
    public required IReadOnlyDictionary<string, string> ResponseHeaders { get; init; }

    /// <summary>Response body.</summary>
    public required string ResponseBody { get; init; }

    /// <summary>Response content type; JSON when the recording names none.</summary>
    public string ResponseContentType => ResponseHeaders.GetValueOrDefault("Content-Type") ?? (IsBodyEventStream ? "text/event-stream" : "application/json");

    /// <summary>Whether the answer is an event stream.</summary>
    public bool Streamed => ResponseContentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the request was a form, whose body the recording leaves out.</summary>
    public bool IsMultipart => RequestHeaders.GetValueOrDefault("Content-Type")?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    private bool IsBodyEventStream => ResponseBody.StartsWith("data:", StringComparison.Ordinal) || ResponseBody.StartsWith("event:", StringComparison.Ordinal);

    /// <summary>Reads the first interaction of a file.</summary>
    public static Cassette Load(string path)
    {
        using var reader = new StreamReader(path);
        var yaml = new YamlStream();
        yaml.Load(reader);
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var interaction = (YamlMappingNode)((YamlSequenceNode)root.Children["interactions"]).Children[0];
        var request = (YamlMappingNode)interaction.Children["request"];
        var response = (YamlMappingNode)interaction.Children["response"];
        return new Cassette
        {
            Method = Text(request, "method"),
            Url = new Uri(Text(request, "url")),
            RequestHeaders = Headers(request),
            RequestBody = Text(request, "body"),
            Status = int.Parse(Text(response, "code"), CultureInfo.InvariantCulture),
            ResponseHeaders = Headers(response),
            ResponseBody = Text(response, "body"),
        };
    }

    private static string Text(YamlMappingNode node, string name) => node.Children.TryGetValue(name, out var value) ? ((YamlScalarNode)value).Value ?? "" : "";

    private static Dictionary<string, string> Headers(YamlMappingNode node)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (!node.Children.TryGetValue("headers", out var value) || value is not YamlMappingNode map) return headers;
        foreach (var (name, values) in map.Children)
        {
            var first = values is YamlSequenceNode list ? list.Children.FirstOrDefault() : values;
            headers[((YamlScalarNode)name).Value!] = ((YamlScalarNode?)first)?.Value ?? "";
        }

        return headers;
    }
}
