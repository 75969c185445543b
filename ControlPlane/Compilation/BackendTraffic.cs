using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Which BackendTrafficPolicy applies to a rule: rule over route over listener over Gateway.</summary>
internal sealed class BackendTraffic(CompilationContext context)
{
    private readonly PolicyIndex<BackendTrafficPolicy> _policies = new(context);

    /// <summary>The policy, or null. An AIGatewayRoute is targeted as the HTTPRoute of its name, which is what the peer makes of it.</summary>
    public BackendTrafficPolicy? For(string route, string? rule, Attached attached)
    {
        if (_policies.For("HTTPRoute", route, rule) is { } own) return own;
        foreach (var (gateway, section) in attached.Sections)
        {
            if (_policies.For("Gateway", gateway, section) is { } policy) return policy;
        }

        return null;
    }
}
