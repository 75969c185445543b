using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AiGateway.TestSupport.Vectors;

/// <summary>The legitimate deviations of the product from the reference; each method is one paragraph of the vectors' readme.</summary>
internal static partial class SpanDeviations
{
    /// <summary>Brings both spans to the form in which they must agree.</summary>
    public static (OtlpSpan Expected, OtlpSpan Actual) Apply(OtlpSpan expected, OtlpSpan actual, VectorPair pair, Cassette cassette)
    {
        var sides = new Sides(expected, actual, cassette);
        ErrorModel(sides);
        ResponsesToolSchemas(sides);
        ChatParts(sides);
        ChatStreamOutput(sides);
        if (pair.Set == "recorded")
        {
            OlderReference(sides);
            MediaRequests(sides);
        }
        else
        {
            ResponsesInputIndex(sides);
            ResponsesFinishReason(sides);
            MessagesModel(sides);
            MessagesStreamOutput(sides);
        }

        return (
            expected with { Name = SpanName(expected.Name), Attributes = sides.Expected },
            actual with { Attributes = sides.Actual, Events = sides.IsMessages && pair.Set != "recorded" ? WithoutFirstToken(expected, actual) : actual.Events });
    }

    private static string SpanName(string name) => name switch
    {
        "Response" => "Responses",
        "messages.create" => "Message",
        _ => name,
    };

    // An error answer may or may not carry the requested name.
    private static void ErrorModel(Sides sides)
    {
        if (!sides.HasException) return;
        sides.DropFromBoth("llm.model_name");
        sides.DropFromBoth("embedding.model_name");
    }

    // The reference shows the schemas that the response echoes; only what the request had is compared.
    private static void ResponsesToolSchemas(Sides sides)
    {
        if (!sides.IsResponses || sides.Request?["tools"] is not JsonArray tools) return;
        for (var i = 0; i < tools.Count; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"llm.tools.{i}.tool.json_schema");
            if (sides.Expected.GetValueOrDefault(key) is string schema && JsonPruning.TryParse(schema) is { } json)
                sides.Expected[key] = JsonPruning.Project(json, JsonPruning.Prune(tools[i]))!.ToJsonString();
        }
    }

    // Audio parts may be recorded in addition, gaps between parts may be closed.
    private static void ChatParts(Sides sides)
    {
        if (!sides.IsChat) return;
        foreach (var key in sides.Actual.Where(attribute => attribute.Key.EndsWith(".message_content.type", StringComparison.Ordinal) && attribute.Value is "audio").Select(attribute => attribute.Key).ToList())
        {
            var part = key[..^"message_content.type".Length];
            foreach (var inner in sides.Actual.Keys.Where(k => k.StartsWith(part, StringComparison.Ordinal)).ToList()) sides.Actual.Remove(inner);
        }

        sides.Expected = Renumber(sides.Expected, PartIndex());
        sides.Actual = Renumber(sides.Actual, PartIndex());
    }

    // The reference leaves the chunk's name, the last padding and the indices of tool calls in the merged object.
    private static void ChatStreamOutput(Sides sides)
    {
        if (!sides.IsChat || !sides.Cassette.Streamed) return;
        foreach (var side in new[] { sides.Expected, sides.Actual })
        {
            Edit(side, "output.value", output =>
            {
                if ((string?)output["object"] == "chat.completion.chunk") output["object"] = "chat.completion";
                output.Remove("obfuscation");
                foreach (var call in (output["choices"] as JsonArray ?? []).SelectMany(choice => choice?["message"]?["tool_calls"] as JsonArray ?? [])) (call as JsonObject)?.Remove("index");
            });
        }
    }

    // The older reference lacks three attributes, whose values are documented instead.
    private static void OlderReference(Sides sides)
    {
        sides.Expected.TryAdd("llm.system", "openai");
        sides.Expected.TryAdd("llm.provider", sides.Cassette.Url.AbsolutePath.Contains("/openai/deployments/", StringComparison.Ordinal) ? "azure" : "openai");
        if (FinishReason(sides.Cassette) is { } reason && !sides.HasException) sides.Expected.TryAdd("llm.finish_reason", reason);
    }

    // Prompts may stay out of the parameters, the requested model may be added.
    private static void MediaRequests(Sides sides)
    {
        var path = sides.Cassette.Url.AbsolutePath;
        if (!path.Contains("/audio/", StringComparison.Ordinal) && !path.Contains("/images/", StringComparison.Ordinal)) return;
        foreach (var side in new[] { sides.Expected, sides.Actual })
        {
            Edit(side, "llm.invocation_parameters", parameters =>
            {
                parameters.Remove("prompt");
                parameters.Remove("input");
            });
        }

        if (sides.Actual.GetValueOrDefault("llm.model_name") is string model && model == (string?)sides.Request?["model"]) sides.Actual.Remove("llm.model_name");
    }

    private static void ResponsesInputIndex(Sides sides)
    {
        if (!sides.IsResponses) return;
        sides.Expected = Renumber(sides.Expected, InputMessageIndex());
        sides.Actual = Renumber(sides.Actual, InputMessageIndex());
    }

    private static void ResponsesFinishReason(Sides sides)
    {
        if (sides.IsResponses && !sides.Expected.ContainsKey("llm.finish_reason")) sides.Actual.Remove("llm.finish_reason");
    }

    // The product takes the name in the response wherever there is one.
    private static void MessagesModel(Sides sides)
    {
        if (!sides.IsMessages || !sides.Cassette.Streamed || !sides.Actual.TryGetValue("llm.model_name", out var model)) return;
        if (StreamEvents(sides.Cassette).Any(e => (string?)e?["message"]?["model"] == (string)model)) sides.Expected["llm.model_name"] = model;
    }

    // Usage members of the closing event that the reference drops.
    private static void MessagesStreamOutput(Sides sides)
    {
        if (!sides.IsMessages || !sides.Cassette.Streamed) return;
        var known = JsonPruning.Prune(JsonPruning.TryParse(sides.Expected.GetValueOrDefault("output.value") as string ?? ""))?["usage"] as JsonObject;
        Edit(sides.Actual, "output.value", output =>
        {
            if (output["usage"] is not JsonObject usage) return;
            foreach (var name in usage.Select(member => member.Key).Where(name => known?.ContainsKey(name) != true).ToList()) usage.Remove(name);
        });
        const string reasoning = "llm.token_count.completion_details.reasoning";
        if (!sides.Expected.ContainsKey(reasoning)) sides.Actual.Remove(reasoning);
    }

    private static IReadOnlyList<OtlpEvent> WithoutFirstToken(OtlpSpan expected, OtlpSpan actual)
        => expected.Events.Any(e => e.Name == "First Token Stream Event") ? actual.Events : [.. actual.Events.Where(e => e.Name != "First Token Stream Event")];

    private static string? FinishReason(Cassette cassette)
    {
        var bodies = cassette.Streamed ? StreamEvents(cassette) : [JsonPruning.TryParse(cassette.ResponseBody)];
        return bodies
            .Select(body => (body?["choices"] as JsonArray)?.FirstOrDefault(choice => (int?)choice?["index"] is null or 0))
            .Select(choice => (string?)choice?["finish_reason"])
            .LastOrDefault(reason => reason is not null);
    }

    private static IEnumerable<JsonNode?> StreamEvents(Cassette cassette)
        => cassette.ResponseBody.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonPruning.TryParse(line[6..].Trim()));

    private static void Edit(Dictionary<string, object> attributes, string key, Action<JsonObject> edit)
    {
        if (attributes.GetValueOrDefault(key) is not string text || JsonPruning.TryParse(text) is not JsonObject json) return;
        edit(json);
        attributes[key] = json.ToJsonString();
    }

    // Numbers the second group of the pattern 0, 1, 2 … within equal first groups, in the order of the old numbers.
    private static Dictionary<string, object> Renumber(Dictionary<string, object> attributes, Regex pattern)
    {
        var numbers = attributes.Keys
            .Select(key => pattern.Match(key))
            .Where(match => match.Success)
            .GroupBy(match => match.Groups[1].Value)
            .ToDictionary(
                group => group.Key,
                group => group.Select(match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)).Distinct().Order().Select((old, index) => (old, index)).ToDictionary(n => n.old, n => n.index));
        return attributes.ToDictionary(
            attribute => pattern.Replace(attribute.Key, match =>
            {
                var old = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
                return string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}{numbers[match.Groups[1].Value][old]}{match.Groups[3].Value}");
            }),
            attribute => attribute.Value,
            StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^(llm\.input_messages\.)(\d+)(\..*)$")]
    private static partial Regex InputMessageIndex();

    [GeneratedRegex(@"^(llm\.input_messages\.\d+\.message\.contents\.)(\d+)(\..*)$")]
    private static partial Regex PartIndex();

    private sealed class Sides(OtlpSpan expected, OtlpSpan actual, Cassette cassette)
    {
        public Dictionary<string, object> Expected { get; set; } = new(expected.Attributes, StringComparer.Ordinal);

        public Dictionary<string, object> Actual { get; set; } = new(actual.Attributes, StringComparer.Ordinal);

        public Cassette Cassette { get; } = cassette;

        public JsonNode? Request { get; } = JsonPruning.TryParse(cassette.RequestBody) ?? JsonPruning.TryParse(expected.Attributes.GetValueOrDefault("input.value") as string ?? "");

        public bool IsChat { get; } = SpanName(expected.Name) == "ChatCompletion";

        public bool IsResponses { get; } = SpanName(expected.Name) == "Responses";

        public bool IsMessages { get; } = SpanName(expected.Name) == "Message";

        public bool HasException { get; } = expected.Events.Any(e => e.Name == "exception");

        public void DropFromBoth(string key)
        {
            Expected.Remove(key);
            Actual.Remove(key);
        }
    }
}
