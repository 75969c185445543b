using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// Routes of AI requests. Envoy chooses twice: first an entry by path, which brings the request to the service; then, when the service has set the model
/// header and cleared the choice, the route of a rule. A rule's route always asks for that header, which no client can send, so there is no way past the service.
/// </summary>
internal static class AiRoutes
{
    private const string ModelHeader = "x-ai-eg-model";

    /// <summary>Routes of rules that serve a host: most specific host, longest path, most headers, then as written.</summary>
    public static IReadOnlyList<JsonNode> All(IEnumerable<RouteSpec> routes, string? domain, RouteClusters clusters, SocketGroup socket, IReadOnlyList<string> processors)
    {
        var candidates =
            from route in routes
            let host = HostScope.TryBest(route.Hostnames, domain, out var best) ? (Covered: true, Specificity: HostScope.Specificity(best)) : (Covered: false, Specificity: 0)
            where host.Covered
            from rule in route.Rules.Index()
            from match in (rule.Item.Matches.Count > 0 ? rule.Item.Matches : [new MatchSpec()]).Index()
            orderby host.Specificity descending, match.Item.PathPrefix?.TrimEnd('/').Length ?? 0 descending, match.Item.Headers.Count descending
            select Route(route, rule.Index, match.Index, match.Item, domain, clusters, socket, processors);
        return [.. candidates];
    }

    /// <summary>
    /// Direct routes of rules that serve a host. The service names one when it has prepared a request for the rule's only backend; a name that is not here comes
    /// from a newer configuration than this one, and such a request, credential and all, goes nowhere.
    /// </summary>
    public static IEnumerable<JsonNode> Direct(IEnumerable<RouteSpec> routes, string? domain, RouteClusters clusters, SocketGroup socket, IReadOnlyList<string> processors)
    {
        var any = false;
        foreach (var route in routes.Where(route => HostScope.TryBest(route.Hostnames, domain, out _)))
        {
            for (var i = 0; i < route.Rules.Count; i++)
            {
                if (clusters.For(route, i) is not { Direct: { } name } targets) continue;
                any = true;
                yield return Named($"{RouteClusters.NameOf(route, i)}/direct/{domain ?? "*"}", RouteMatches.Header(new HeaderMatchSpec(DirectRoute.Header, name, IsRegex: false)), new JsonObject
                {
                    ["metadata"] = Metadata(route),
                    ["route"] = Action(route.Rules[i], targets, socket.For(domain)!),
                    ["request_headers_to_remove"] = Protobuf.Texts(DirectRoute.Header, DirectRoute.SchemeHeader),
                    ["typed_per_filter_config"] = ProcessorFilters.Choose(ExtProcFilters.EnabledOnce(), processors, []),
                });
            }
        }

        if (!any) yield break;
        yield return Named("direct/unknown", new JsonObject { ["name"] = DirectRoute.Header, ["present_match"] = true }, new JsonObject
        {
            ["direct_response"] = new JsonObject { ["status"] = 503 },
            ["typed_per_filter_config"] = ProcessorFilters.Choose(ExtProcFilters.Enabled(), processors, []),
        });
    }

    /// <summary>Where requests go before their model is known. Whoever is still here after the service asked for a model that no rule serves.</summary>
    public static IEnumerable<JsonNode> Entries(IReadOnlyList<AiPathSet> sets, IReadOnlyList<string> processors) => sets.Select(set => new JsonObject
    {
        ["name"] = $"ai-entry/{set.Name}",
        ["match"] = new JsonObject { ["safe_regex"] = new JsonObject { ["regex"] = string.Join('|', [.. set.Paths.Select(static path => $"{Regex.Escape(path)}/?"), .. set.Below.Select(static path => $"{Regex.Escape(path)}.+")]) } },
        ["direct_response"] = LocalReplies.Json(404, set.Errors.NotFound),
        ["typed_per_filter_config"] = ProcessorFilters.Choose(ExtProcFilters.Enabled(), processors, []),
    });

    private static JsonObject Route(RouteSpec route, int rule, int match, MatchSpec condition, string? domain, RouteClusters clusters, SocketGroup socket, IReadOnlyList<string> processors)
    {
        var matches = RouteMatches.Prefix(condition.PathPrefix);
        IEnumerable<JsonNode> headers = condition.Headers.Select(RouteMatches.Header);
        if (condition.Headers.All(static header => header.Name != ModelHeader)) headers = headers.Prepend(new JsonObject { ["name"] = ModelHeader, ["present_match"] = true });
        matches["headers"] = Protobuf.Array(headers);
        var result = new JsonObject
        {
            ["name"] = $"{RouteClusters.NameOf(route, rule)}/match/{match}/{domain ?? "*"}",
            ["match"] = matches,
            ["metadata"] = Metadata(route),
        };
        if (clusters.For(route, rule) is { } targets) result["route"] = Action(route.Rules[rule], targets, socket.For(domain)!);
        else result["direct_response"] = LocalReplies.NoBackend(route.Name);
        result["typed_per_filter_config"] = ProcessorFilters.Choose(ExtProcFilters.Enabled(), processors, route.Processors);
        return result;
    }

    private static JsonObject Named(string name, JsonObject header, JsonObject rest)
    {
        var matches = RouteMatches.Prefix(null);
        matches["headers"] = Protobuf.Array([header]);
        rest.Insert(0, "name", name);
        rest.Insert(1, "match", matches);
        return rest;
    }

    private static JsonObject Metadata(RouteSpec route) => new() { ["filter_metadata"] = new JsonObject { [ExtProcFilters.StaticNamespace] = new JsonObject { [ExtProcFilters.RouteKey] = route.Name } } };

    private static JsonObject Action(RuleSpec rule, RuleTargets targets, ListenerSpec listener)
    {
        var action = new JsonObject
        {
            ["cluster"] = targets.Cluster,
            ["auto_host_rewrite"] = true,
            ["timeout"] = Protobuf.Duration(rule.RequestTimeout ?? TimeSpan.Zero),
        };
        if (rule.StreamIdleTimeout is { } silence)
        {
            // The silence of one attempt is the retry policy's matter; the exchange as a whole must outlive all of them.
            var attempts = 1 + (rule.Retry?.NumRetries ?? targets.Backends - 1);
            var exchange = listener.StreamIdleTimeout ?? HttpConnections.DefaultStreamIdleTimeout;
            action["idle_timeout"] = Protobuf.Duration(silence * (attempts + 1) > exchange ? silence * (attempts + 1) : exchange);
        }
        else
        {
            action.Set("idle_timeout", listener.StreamIdleTimeout);
        }

        return action.Set("retry_policy", RetryPolicies.For(rule, targets));
    }
}
