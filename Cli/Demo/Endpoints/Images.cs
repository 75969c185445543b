using AiGateway.Cli.Demo.Conversations;
using AiGateway.Cli.Demo.Media;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Endpoints;

/// <summary>OpenAI <c>/v1/images/generations</c>: one small PNG whose pattern is the hash of the prompt.</summary>
internal static class Images
{
    // What the smallest published image costs; the pattern itself is free.
    private const int ImageTokens = 272;

    public static async Task AnswerAsync(DemoCall call)
    {
        using var body = await call.ReadJsonAsync();
        if (body is null)
            return;
        var fields = new DemoFields(body.RootElement);
        var model = fields.RequiredText("model");
        var prompt = fields.RequiredText("prompt");
        var format = fields.Text("response_format");
        if (format is not (null or "b64_json" or "url"))
            fields.Refuse("response_format", "response_format must be b64_json or url.");
        if ((fields.Refusal ?? call.RefusalFor(model, DemoCapability.Images)) is { } refusal)
        {
            await call.RefuseAsync(refusal);
            return;
        }

        var image = PatternImage.Of(prompt);
        var textTokens = DemoTokenEstimator.Count(prompt);
        await call.AnswerJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("created"u8, DemoExchange.Created);
            json.WriteStartArray("data"u8);
            json.WriteStartObject();
            if (format == "url")
                json.WriteString("url"u8, "data:image/png;base64," + Convert.ToBase64String(image));
            else
                json.WriteBase64String("b64_json"u8, image);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("output_format"u8, "png"u8);
            json.WriteString("size"u8, $"{PatternImage.Size}x{PatternImage.Size}");
            json.WriteStartObject("usage"u8);
            json.WriteNumber("input_tokens"u8, textTokens);
            json.WriteStartObject("input_tokens_details"u8);
            json.WriteNumber("text_tokens"u8, textTokens);
            json.WriteNumber("image_tokens"u8, 0);
            json.WriteEndObject();
            json.WriteNumber("output_tokens"u8, ImageTokens);
            json.WriteNumber("total_tokens"u8, textTokens + ImageTokens);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
