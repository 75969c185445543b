using AiGateway.Cli.Demo.Schemas;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Conversations;

/// <summary>Decides what a demo model answers. A pure function of the prompt.</summary>
internal static class DemoComposer
{
    private const int MostParallelCalls = 2;

    public static DemoAnswer Answer(DemoPrompt prompt)
    {
        var budget = new TokenBudget(prompt.MaxTokens);
        var reasons = prompt.Model == DemoModels.Reasoning;
        var reasoning = reasons ? budget.Spend(Thoughts(prompt)) : "";
        var reasoningTokens = budget.Spent;

        var calls = ToolCalls(prompt);
        List<DemoToolCall> spoken = [];
        foreach (var call in calls)
        {
            if (budget.Exhausted)
                break;
            spoken.Add(call with { Arguments = budget.Spend(call.Arguments) });
        }

        var text = calls.Count > 0 ? "" : budget.Spend(Text(prompt));
        return new DemoAnswer
        {
            Reasoning = prompt.ShowReasoning ? reasoning : "",
            Text = text,
            ToolCalls = spoken,
            Truncated = budget.Exhausted,

            // Half of the prompt "from a cache": enough to see the counter in usage, spans and costs.
            Usage = new DemoUsage(prompt.InputTokens, reasons ? prompt.InputTokens / 2 : 0, budget.Spent, reasoningTokens),
        };
    }

    private static string Text(DemoPrompt prompt)
    {
        if (prompt.JsonOutput)
            return prompt.OutputSchema is { } schema ? DemoSchema.Sample(schema) : PlainJson(prompt);
        if (prompt.ToolResults.Count > 0)
            return $"The {(prompt.ToolResults.Count == 1 ? "tool" : "tools")} answered: {string.Join("; ", prompt.ToolResults.Select(DemoText.Quote))}. "
                + $"That is all {prompt.Model} knows about it.";

        var echo = prompt.UserText.Length == 0 ? "You said nothing." : $"You said: \"{DemoText.Quote(prompt.UserText)}\".";
        return $"This is {prompt.Model}, a demo model inside the gateway. {echo} "
            + "There is no language model behind this answer, so the same request always gets the same one.";
    }

    private static string Thoughts(DemoPrompt prompt) =>
        $"The last message has {DemoText.Counted(DemoText.WordCount(prompt.UserText), "word")}. I know nothing beyond this request, "
        + "so the honest answer is to say who I am and to repeat what was said.";

    private static string PlainJson(DemoPrompt prompt) => DemoJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("model"u8, prompt.Model);
        json.WriteString("you_said"u8, DemoText.Quote(prompt.UserText));
        json.WriteNumber("words"u8, DemoText.WordCount(prompt.UserText));
        json.WriteEndObject();
    });

    private static IReadOnlyList<DemoToolCall> ToolCalls(DemoPrompt prompt)
    {
        if (prompt.Model != DemoModels.Tools || prompt.ToolResults.Count > 0)
            return [];
        var count = prompt.ParallelToolCalls ? MostParallelCalls : 1;
        return [.. prompt.Tools.Take(count).Select(tool => new DemoToolCall(tool.Name, DemoSchema.SampleArguments(tool.Schema)))];
    }
}
