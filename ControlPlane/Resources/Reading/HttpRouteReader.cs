using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads HTTPRoute.</summary>
internal static class HttpRouteReader
{
    private static readonly TextRule s_pathType = TextRule.Enum("Exact", "PathPrefix", "RegularExpression");
    private static readonly TextRule s_path = new() { MaxLength = 1024 };
    private static readonly TextRule s_method = TextRule.Enum("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
    private static readonly TextRule s_pathCharacters = new() { Pattern = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$" };
    private static readonly string[] s_forbidden = ["//", "/./", "/../", "%2f", "%2F", "#"];
    private static readonly HttpRouteMatch s_everything = new("PathPrefix", "/", null, [], false);

    public static HttpRoute? Read(FieldReader root) => root.Object("spec", fields => new HttpRoute
    {
        Document = root.Document,
        ParentRefs = fields.List("parentRefs", new ListRule(32), Parent),
        Hostnames = fields.TextList("hostnames", new ListRule(16), TextRules.Hostname),
        Rules = fields.List("rules", new ListRule(16, Min: 1), Rule),
    });

    private static ParentReference Parent(FieldReader fields) => References.Parent(fields);

    private static HttpRouteRule Rule(FieldReader fields)
    {
        _ = fields.Text("name", TextRules.DnsName);
        WarnOfFilters(fields);
        fields.NotActedOn("retry", "sessionPersistence");
        var matches = fields.List("matches", new ListRule(64), Match);
        return new HttpRouteRule
        {
            Matches = matches.Count == 0 ? [s_everything] : matches,
            BackendRefs = fields.List("backendRefs", new ListRule(16), BackendRef),
            Timeouts = fields.Object("timeouts", static timeouts => new RouteTimeouts(timeouts.Duration("request"), timeouts.Duration("backendRequest"))),
        };
    }

    private static HttpRouteMatch Match(FieldReader fields)
    {
        var path = fields.Object("path", static item =>
        {
            var type = item.TextOr("type", "PathPrefix", s_pathType);
            var value = item.TextOr("value", "/", s_path);
            if (type == "RegularExpression")
                item.ErrorAt("type", "regular expressions on paths are not supported yet", "use Exact or PathPrefix");
            else CheckPath(item, value);
            return new PathMatch(type, value);
        });
        fields.Ignore("queryParams");
        var hasQueryParams = fields.Has("queryParams");
        if (hasQueryParams) fields.ErrorAt("queryParams", "query parameter matches are not supported yet", "remove them, or match on headers");
        return new HttpRouteMatch(path?.Type ?? "PathPrefix", path?.Value ?? "/", fields.Text("method", s_method), Matches.Headers(fields), hasQueryParams);
    }

    private static void CheckPath(FieldReader fields, string value)
    {
        if (!value.StartsWith('/'))
        {
            fields.Error("value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']");
            return;
        }

        foreach (var part in s_forbidden)
        {
            if (value.Contains(part, StringComparison.Ordinal))
                fields.Error($"must not contain '{part}' when type one of ['Exact', 'PathPrefix']");
        }

        foreach (var end in new[] { "/..", "/." })
        {
            if (value.EndsWith(end, StringComparison.Ordinal))
                fields.Error($"must not end with '{end}' when type one of ['Exact', 'PathPrefix']");
        }

        if (!s_pathCharacters.Matches(value))
            fields.Error($"must only contain valid characters (matching {s_pathCharacters.Pattern}) for types ['Exact', 'PathPrefix']");
    }

    private static HttpBackendRef BackendRef(FieldReader fields)
    {
        var target = References.Backend(fields);
        WarnOfFilters(fields);
        return new HttpBackendRef(target, (int)(fields.Integer("weight", 0, 1_000_000) ?? 1));
    }

    private static void WarnOfFilters(FieldReader fields)
    {
        fields.Ignore("filters");
        if (fields.Has("filters")) fields.WarningAt("filters", "filters are ignored", "requests are forwarded without them");
    }

    private sealed record PathMatch(string Type, string Value);
}
