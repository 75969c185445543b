namespace AiGateway.Cli.AutoConfig;

/// <summary>The Gateway of automatic configuration: one HTTP listener on port 1975.</summary>
internal static class AutomaticGateway
{
    /// <summary>Name of the Gateway and of what belongs to it.</summary>
    public const string Name = "aigw-run";

    /// <summary>The resources, each ended by a document separator.</summary>
    public static string Yaml() => """
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata:
          name: aigw-run
        spec:
          controllerName: gateway.envoyproxy.io/gatewayclass-controller
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata:
          name: aigw-run
          namespace: default
        spec:
          gatewayClassName: aigw-run
          listeners:
            - name: http
              protocol: HTTP
              port: 1975
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: ClientTrafficPolicy
        metadata:
          name: aigw-run
          namespace: default
        spec:
          targetRefs:
            - group: gateway.networking.k8s.io
              kind: Gateway
              name: aigw-run
          connection:
            bufferLimit: 50Mi
        ---

        """;
}
