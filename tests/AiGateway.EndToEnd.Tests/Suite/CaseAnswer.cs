using System.Text;
using System.Text.Json;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>A whole answer as a client got it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Header to value, names in lower case, content headers among them.</param>
/// <param name="Bytes">Body.</param>
internal sealed record CaseAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonElement.Parse(Text);

    public static async Task<CaseAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        return new CaseAnswer((int)response.StatusCode, headers, body);
    }

    /// <summary>The gateway's own error in OpenAI's or Anthropic's shape.</summary>
    public string? ErrorCode => Json.GetProperty("error").TryGetProperty("code", out var code) ? code.ToString() : null;
}
