using System.Globalization;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>What OpenInference spans leave out. The names follow the <c>OPENINFERENCE_*</c> variables; values set in code win over them.</summary>
public sealed record OpenInferenceOptions
{
    /// <summary>What stands in the place of a hidden value.</summary>
    public const string Marker = "__REDACTED__";

    /// <summary>Prefix of the variables.</summary>
    public const string Prefix = "OPENINFERENCE_";

    /// <summary>Leaves out <c>llm.invocation_parameters</c> and <c>embedding.invocation_parameters</c>.</summary>
    public bool HideLlmInvocationParameters { get; init; }

    /// <summary>Leaves out the offered tools.</summary>
    public bool HideLlmTools { get; init; }

    /// <summary>Hides the request body and everything taken from its content.</summary>
    public bool HideInputs { get; init; }

    /// <summary>Hides the answer and everything taken from its content, error bodies included.</summary>
    public bool HideOutputs { get; init; }

    /// <summary>Leaves out input messages; the body stays.</summary>
    public bool HideInputMessages { get; init; }

    /// <summary>Leaves out output messages; the body stays.</summary>
    public bool HideOutputMessages { get; init; }

    /// <summary>Marks the prompts of completions.</summary>
    public bool HidePrompts { get; init; }

    /// <summary>Marks the choices of completions.</summary>
    public bool HideChoices { get; init; }

    /// <summary>Marks texts of input messages; the body stays.</summary>
    public bool HideInputText { get; init; }

    /// <summary>Marks texts of output messages; the body stays.</summary>
    public bool HideOutputText { get; init; }

    /// <summary>Leaves out images of input messages and marks them in the body.</summary>
    public bool HideInputImages { get; init; }

    /// <summary>Base64 images longer than this many characters are marked, in messages and bodies. Default 32000.</summary>
    public int Base64ImageMaxLength { get; init; } = 32000;

    /// <summary>Marks embedding vectors.</summary>
    public bool HideEmbeddingsVectors { get; init; }

    /// <summary>Marks embedded texts.</summary>
    public bool HideEmbeddingsText { get; init; }

    /// <summary>
    /// Whether embedding vectors are recorded at all, as attributes and in <c>output.value</c>; one vector of 1536 elements is about 14 kB of export.
    /// Variable <c>AI_GATEWAY_TRACING_EMBEDDING_VECTORS</c>, default true.
    /// </summary>
    public bool RecordEmbeddingVectors { get; init; } = true;

    /// <summary>
    /// Whether reasoning items of the Responses API carry <c>message_content.id</c>. Off by default: the reference instrumentation does not write it.
    /// Variable <c>AI_GATEWAY_TRACING_REASONING_IDS</c>.
    /// </summary>
    public bool RecordReasoningIds { get; init; }

    /// <summary>Bound of the text that is kept when a stream is folded into one answer, in characters. Default 1 MiB. Variable <c>AI_GATEWAY_TRACING_FOLD_LIMIT</c>.</summary>
    public int FoldLimit { get; init; } = 1 << 20;

    /// <summary>Reads the variables once, at start. A value that cannot be read keeps the default and warns.</summary>
    /// <param name="get">Looks up a variable; null when it is not set.</param>
    /// <param name="warn">Takes one sentence per ignored value.</param>
    public static OpenInferenceOptions FromEnvironment(Func<string, string?> get, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(warn);
        var defaults = new OpenInferenceOptions();
        return new OpenInferenceOptions
        {
            HideLlmInvocationParameters = Hide("HIDE_LLM_INVOCATION_PARAMETERS"),
            HideLlmTools = Hide("HIDE_LLM_TOOLS"),
            HideInputs = Hide("HIDE_INPUTS"),
            HideOutputs = Hide("HIDE_OUTPUTS"),
            HideInputMessages = Hide("HIDE_INPUT_MESSAGES"),
            HideOutputMessages = Hide("HIDE_OUTPUT_MESSAGES"),
            HidePrompts = Hide("HIDE_PROMPTS"),
            HideChoices = Hide("HIDE_CHOICES"),
            HideInputText = Hide("HIDE_INPUT_TEXT"),
            HideOutputText = Hide("HIDE_OUTPUT_TEXT"),
            HideInputImages = Hide("HIDE_INPUT_IMAGES"),
            Base64ImageMaxLength = Number(Prefix + "BASE64_IMAGE_MAX_LENGTH", defaults.Base64ImageMaxLength),
            // Two names of one switch; `|` and not `||`, so that a bad value of either warns.
            HideEmbeddingsVectors = Hide("HIDE_EMBEDDINGS_VECTORS") | Hide("HIDE_EMBEDDING_VECTORS"),
            HideEmbeddingsText = Hide("HIDE_EMBEDDINGS_TEXT"),
            RecordEmbeddingVectors = Flag("AI_GATEWAY_TRACING_EMBEDDING_VECTORS", defaults.RecordEmbeddingVectors),
            RecordReasoningIds = Flag("AI_GATEWAY_TRACING_REASONING_IDS", defaults.RecordReasoningIds),
            FoldLimit = Number("AI_GATEWAY_TRACING_FOLD_LIMIT", defaults.FoldLimit),
        };

        bool Hide(string name) => Flag(Prefix + name, false);

        bool Flag(string name, bool fallback)
        {
            var text = get(name);
            if (string.IsNullOrEmpty(text)) return fallback;
            if (text.Equals("true", StringComparison.OrdinalIgnoreCase)) return true;
            if (text.Equals("false", StringComparison.OrdinalIgnoreCase)) return false;
            warn($"{name} is neither true nor false and is ignored; {(fallback ? "true" : "false")} applies.");
            return fallback;
        }

        int Number(string name, int fallback)
        {
            var text = get(name);
            if (string.IsNullOrEmpty(text)) return fallback;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
            warn(string.Create(CultureInfo.InvariantCulture, $"{name} is not a whole number and is ignored; {fallback} applies."));
            return fallback;
        }
    }
}
