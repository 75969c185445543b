using AiGateway.Contracts.Cel;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>
/// An entry of <c>globalLLMRequestCosts</c> or <c>llmRequestCosts</c>. A mistake here refuses the document, as in the peer: limits and quotas are charged from
/// these numbers, and one that is silently missing lets everything pass.
/// </summary>
/// <param name="Route">Route that it belongs to; empty for requests whose route Envoy does not name.</param>
/// <param name="Spec">What to compute.</param>
internal sealed record CostEntry(string Route, CostSpec Spec)
{
    public static CostEntry ReadGlobal(FieldReader fields) => new("", ReadSpec(fields));

    public static CostEntry ReadRoute(FieldReader fields)
    {
        var route = fields.Text("routeName") ?? "";
        if (route.Length == 0) fields.WarningAt("routeName", "without a route it is computed only for requests whose route Envoy does not name", "set namespace/name of the route");
        return new CostEntry(route, ReadSpec(fields) with { Backend = NotEmpty(fields.Text("backend")), Model = NotEmpty(fields.Text("model")) });
    }

    private static CostSpec ReadSpec(FieldReader fields)
    {
        var cost = Costs.Read(fields);
        if (cost.Kind != CostKind.Cel) return new CostSpec(cost.MetadataKey, cost.Kind);
        if (string.IsNullOrWhiteSpace(cost.Cel)) fields.ErrorAt("cel", "missing CEL expression", "set cel, or choose a type that counts tokens");
        else if (!CostExpression.TryCompile(cost.Cel, out _, out var error)) fields.ErrorAt("cel", $"invalid CEL expression: {error}");
        return new CostSpec(cost.MetadataKey, cost.Kind, cost.Cel);
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
