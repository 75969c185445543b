using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>vLLM tokenize: what was asked and how long the result is, under names of its own.</summary>
internal sealed class TokenizeSpans : IApiSpans
{
    private static readonly string[] s_switches = ["add_special_tokens", "return_token_strs", "add_generation_prompt", "continue_final_message"];

    /// <inheritdoc/>
    public string Name => "Tokenize";

    /// <inheritdoc/>
    public string Kind => "CHAIN";

    /// <inheritdoc/>
    public string? System => null;

    /// <inheritdoc/>
    public bool HasUsage => false;

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request) => draft.Try("tokenize request", () =>
    {
        var isChat = request.Get("messages") is { ValueKind: JsonValueKind.Array };
        draft.Attributes.Set("tokenize.request_type", isChat ? "chat" : "completion");
        foreach (var name in s_switches) draft.Attributes.Set("tokenize." + name, request.Bool(name));
        if (isChat) draft.Attributes.Set("tokenize.message_count", (long)request.Items("messages").Count());
    });

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response) => draft.Try("tokenize response", () =>
    {
        var count = response.Long("count");
        new TokenCounts { Prompt = count }.WriteTo(draft.Attributes);
        draft.Attributes.Set("tokenize.token_count", count);
        draft.Attributes.Set("tokenize.max_model_len", response.Long("max_model_len"));
        draft.Attributes.Set("tokenize.tokens_returned", Length(response, "tokens"));
        draft.Attributes.Set("tokenize.token_strings_returned", Length(response, "token_strs"));
    });

    private static long? Length(JsonElement response, string name) => response.Get(name) is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : null;
}
