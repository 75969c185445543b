using System.Collections.Frozen;
using System.Text.RegularExpressions;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Routing;

/// <summary>
/// Finds the rule of a request. Precedence as in the Gateway API: most specific host, longest path, most headers, then the order of routes and rules.
/// Exact model names are indexed, so the number of models costs nothing.
/// </summary>
public sealed class RouteTable
{
    private readonly Entry[] _entries;
    private readonly FrozenDictionary<string, int[]> _byModel;
    private readonly int[] _anyModel;
    private readonly FrozenDictionary<string, RuntimeRule> _direct;

    /// <param name="routes">Routes in precedence order with their compiled rules.</param>
    public RouteTable(IEnumerable<(RouteSpec Route, RuntimeRule[] Rules)> routes)
    {
        _entries = [.. routes.SelectMany(route => Entries(route.Route, route.Rules))
            .Select((entry, order) => (entry, order))
            .OrderByDescending(item => HostPattern.Specificity(item.entry.Host))
            .ThenByDescending(item => item.entry.Path?.Length ?? 0)
            .ThenByDescending(item => item.entry.HeaderCount)
            .ThenBy(item => item.order)
            .Select(item => item.entry)];
        _byModel = _entries.Index().Where(item => item.Item.Model is not null)
            .GroupBy(item => item.Item.Model!, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.Select(item => item.Index).ToArray(), StringComparer.Ordinal);
        _direct = _entries.Select(entry => entry.Rule).Where(rule => rule.DirectName is not null).Distinct().ToFrozenDictionary(rule => rule.DirectName!, StringComparer.Ordinal);
        _anyModel = [.. _entries.Index().Where(item => item.Item.Model is null).Select(item => item.Index)];
    }

    /// <summary>Whether a rule names the model exactly.</summary>
    public bool Names(string model) => _byModel.ContainsKey(model);

    /// <summary>The rule of a direct route, or null.</summary>
    /// <param name="name">See <see cref="DirectRoute"/>.</param>
    public RuntimeRule? FindDirect(string name) => _direct.GetValueOrDefault(name);

    /// <summary>The rule for a request, or null.</summary>
    /// <param name="host">Host without port.</param>
    /// <param name="path">Path without query.</param>
    /// <param name="model">Model of the body; empty when it names none.</param>
    /// <param name="head">For other header conditions.</param>
    public RuntimeRule? Match(ReadOnlySpan<char> host, string path, string model, IRequestHead head)
    {
        var exact = _byModel.GetValueOrDefault(model, []);
        int e = 0, a = 0;
        while (e < exact.Length || a < _anyModel.Length)
        {
            var next = e < exact.Length && (a >= _anyModel.Length || exact[e] < _anyModel[a]) ? exact[e++] : _anyModel[a++];
            if (_entries[next].Matches(host, path, model, head)) return _entries[next].Rule;
        }

        return null;
    }

    private static IEnumerable<Entry> Entries(RouteSpec route, RuntimeRule[] rules)
    {
        var hosts = route.Hostnames.Count == 0 ? [null] : route.Hostnames.Cast<string?>().ToArray();
        foreach (var host in hosts)
        {
            foreach (var rule in rules)
            {
                if (rule.Spec.Matches.Count == 0) yield return new Entry(host, new MatchSpec(), rule);
                foreach (var match in rule.Spec.Matches) yield return new Entry(host, match, rule);
            }
        }
    }

    private sealed class Entry
    {
        private readonly HeaderCondition[] _headers;

        public Entry(string? host, MatchSpec match, RuntimeRule rule)
        {
            Host = host;
            Path = match.PathPrefix is null or "/" ? null : match.PathPrefix.TrimEnd('/');
            Rule = rule;
            HeaderCount = match.Headers.Count;
            Model = match.Headers.FirstOrDefault(header => header is { Name: ModelCatalog.ModelHeader, IsRegex: false })?.Value;
            _headers = [.. match.Headers.Where(header => header is not { Name: ModelCatalog.ModelHeader, IsRegex: false }).Select(header => new HeaderCondition(header))];
        }

        public string? Host { get; }

        public string? Path { get; }

        public string? Model { get; }

        public int HeaderCount { get; }

        public RuntimeRule Rule { get; }

        public bool Matches(ReadOnlySpan<char> host, string path, string model, IRequestHead head)
        {
            if (!HostPattern.Matches(Host, host)) return false;
            if (Path is not null && !(path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/'))) return false;
            foreach (var header in _headers)
            {
                if (!header.Matches(model, head)) return false;
            }

            return true;
        }
    }

    private sealed class HeaderCondition(HeaderMatchSpec spec)
    {
        private readonly Regex? _regex = spec.IsRegex ? new Regex($"^(?:{spec.Value})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null;

        public bool Matches(string model, IRequestHead head)
        {
            // The model header is ours: whatever the client sent under this name does not count.
            var value = spec.Name == ModelCatalog.ModelHeader ? model : head.Header(spec.Name);
            if (value is null) return false;
            return _regex?.IsMatch(value) ?? string.Equals(value, spec.Value, StringComparison.Ordinal);
        }
    }
}
