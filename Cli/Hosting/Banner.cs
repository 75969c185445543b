using System.Globalization;
using AiGateway.Cli.AutoConfig;
using AiGateway.Cli.Demo;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway;
using AiGateway.ServiceDefaults;

namespace AiGateway.Cli.Hosting;

/// <summary>What is printed when the gateway is ready. Scripts wait for <c>listening on http://localhost:…</c> and for <c>after …s</c>.</summary>
internal sealed class Banner(ConfigurationPlan plan, GatewaySnapshot snapshot, IReadOnlyList<BoundListener> listeners, int adminPort, TelemetryOptions telemetry)
{
    private const int MostModels = 8;
    private const string ModelHeader = "x-ai-eg-model";

    /// <summary>The lines.</summary>
    public IEnumerable<string> Lines(TimeSpan sinceStart)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{Product.Command} {Product.Version} listening on {Urls()} (admin http://localhost:{adminPort}) after {sinceStart.TotalSeconds:0.0}s");
        if (Models() is { Length: > 0 } models)
            yield return $"  models   {models}";
        if (ExampleModel() is { } model && listeners.FirstOrDefault(static listener => !listener.Tls) is { } listener)
            yield return $"  try      curl {Url(listener)}/v1/chat/completions -H 'content-type: application/json' -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hello\"}}]}}'";
        yield return $"  traces   {Traces()}";
    }

    private string Urls() => listeners.Count == 0 ? "no port (the configuration has no listener)" : string.Join(", ", listeners.Select(Url).Distinct());

    private static string Url(BoundListener listener) => $"{(listener.Tls ? "https" : "http")}://localhost:{listener.Port.ToString(CultureInfo.InvariantCulture)}";

    private string Models()
    {
        var demo = string.Join(", ", DemoModels.Announced);
        if (plan.IsAutomatic && plan.Providers.Count == 0)
            return $"{demo}  (no provider key found: demo provider)";

        List<string> groups = plan.IsAutomatic ? [.. ProviderGroups()] : [.. FileGroup()];
        if (plan.Demo)
            groups.Add($"{demo} → demo provider");
        return string.Join("; ", groups);
    }

    private IEnumerable<string> ProviderGroups()
    {
        if (plan.Providers is [{ MayCatchAll: true } only])
        {
            yield return $"{(plan.Demo ? "all others" : "all")} → {only.Title}";
            yield break;
        }

        foreach (var provider in plan.Providers.Where(static provider => provider.Models.Count > 0))
            yield return $"{string.Join(", ", provider.Models.Take(3))}{(provider.Models.Count > 3 ? ", …" : "")} → {provider.Title}";
        if (AutomaticConfiguration.CatchAll(plan.Providers) is { } catchAll)
            yield return $"all others → {catchAll.Title}";
    }

    private IEnumerable<string> FileGroup()
    {
        var models = DeclaredModels().ToList();
        if (models.Count > 0)
            yield return string.Join(", ", models.Take(MostModels)) + (models.Count > MostModels ? $", … ({models.Count} in all)" : "");
    }

    private IEnumerable<string> DeclaredModels() => snapshot.Routes
        .SelectMany(static route => route.Rules)
        .SelectMany(static rule => rule.Matches)
        .SelectMany(static match => match.Headers)
        .Where(static header => header is { Name: ModelHeader, IsRegex: false } && DemoModels.CapabilityOf(header.Value) is null)
        .Select(static header => header.Value)
        .Distinct();

    private string? ExampleModel()
    {
        if (!plan.IsAutomatic)
            return DeclaredModels().FirstOrDefault(static model => !model.Contains('\'', StringComparison.Ordinal) && !model.Contains('"', StringComparison.Ordinal)) ?? (plan.Demo ? DemoModels.Chat : null);
        return plan.Providers.Select(static provider => provider.ExampleModel).FirstOrDefault(static model => model is not null) ?? (plan.Demo ? DemoModels.Chat : null);
    }

    private string Traces()
    {
        if (telemetry.Traces == SignalExporters.None)
            return "off (set OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:6006 to see them in Phoenix)";
        List<string> targets = [.. telemetry.Targets.Where(static target => target.Signal == OtlpSignal.Traces).Select(static target => target.Endpoint.ToString())];
        if (telemetry.Traces.HasFlag(SignalExporters.Console))
            targets.Add("standard output");
        return $"to {string.Join(", ", targets)}";
    }
}
