using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of Gateway that concern more than one field.</summary>
internal static class GatewayRules
{
    public static void Check(Gateway gateway, FindingCollector findings)
    {
        for (var i = 0; i < gateway.Listeners.Count; i++) CheckListener(gateway, gateway.Listeners[i], $"spec.listeners[{i}]", findings);
        if (HasRepeated(gateway.Listeners.Select(static listener => listener.Name)))
            findings.Error(gateway.Document, "spec.listeners", "Listener name must be unique within the Gateway");
        if (HasRepeated(gateway.Listeners.Select(static listener => $"{listener.Port}/{listener.Protocol}/{listener.Hostname}")))
            findings.Error(gateway.Document, "spec.listeners", "Combination of port, protocol and hostname must be unique for each listener");
        if (HasRepeated(gateway.Addresses)) findings.Error(gateway.Document, "spec.addresses", "IPAddress values must be unique");
        for (var i = 0; i < gateway.Addresses.Count; i++)
        {
            if (!System.Net.IPAddress.TryParse(gateway.Addresses[i], out _))
                findings.Error(gateway.Document, $"spec.addresses[{i}].value", "this is no IP address");
        }
    }

    private static void CheckListener(Gateway gateway, Listener listener, string path, FindingCollector findings)
    {
        var document = gateway.Document;
        switch (listener.Protocol)
        {
            case "HTTP":
                if (listener.Tls is not null)
                    findings.Error(
                        document, $"{path}.tls", "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", "use protocol HTTPS");
                break;
            case "HTTPS":
                if (listener.Tls is { Passthrough: true })
                    findings.Error(document, $"{path}.tls.mode", "tls mode must be Terminate for protocol HTTPS");
                else if (listener.Tls is null or { CertificateRefs.Count: 0, HasOptions: false })
                    findings.Error(
                        document, path, "certificateRefs or options must be specified when mode is Terminate", "name a Secret of type kubernetes.io/tls in tls.certificateRefs");
                break;
            case "":
                break;
            case "TLS" or "TCP" or "UDP":
                if (listener.Tls is not null && listener.Protocol != "TLS")
                    findings.Error(document, $"{path}.tls", "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']");
                if (listener.Hostname is not null && listener.Protocol != "TLS")
                    findings.Error(document, $"{path}.hostname", "hostname must not be specified for protocols ['TCP', 'UDP']");
                findings.Warning(document, $"{path}.protocol", "listeners of this protocol are not served", "use HTTP or HTTPS");
                break;
            default:
                findings.Error(document, $"{path}.protocol", "this protocol is not known", "use HTTP or HTTPS");
                break;
        }

        if (listener.Namespaces is { From: "Selector", Selector: null })
            findings.Error(document, $"{path}.allowedRoutes.namespaces.selector", "Required value", "from: Selector needs a selector");
    }

    private static bool HasRepeated(IEnumerable<string> values)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return values.Any(value => !seen.Add(value));
    }
}
