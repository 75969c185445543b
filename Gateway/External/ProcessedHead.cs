using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.External;

/// <summary>A request head as filters left it, for routing.</summary>
internal sealed class ProcessedHead(HeaderList headers) : IRequestHead
{
    public string Method => headers[":method"] ?? "GET";

    public string Path
    {
        get
        {
            var target = RawTarget;
            var query = target.IndexOf('?', StringComparison.Ordinal);
            var path = query < 0 ? target : target[..query];
            return path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
        }
    }

    public string RawTarget => headers[":path"] ?? "/";

    public string Host => headers[":authority"] ?? "";

    public IReadOnlyDictionary<string, string> Headers => headers.Fields.GroupBy(one => one.Key).ToDictionary(group => group.Key, group => headers.Text(group.Last().Value), StringComparer.OrdinalIgnoreCase);

    public string? Header(string name) => headers[name];
}
