using System.Globalization;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>
/// An Envoy configuration as the peer's controller has it made, written by hand: the processor behind a Unix socket, routes by model, and clusters whose
/// endpoints carry the names of backends in the filter configuration.
/// </summary>
internal static class PeerBootstrap
{
    /// <summary>Route of every model, as the endpoints' metadata name it.</summary>
    public const string Route = "default/chat";

    private const string Filter = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";

    /// <param name="port">Listener.</param>
    /// <param name="admin">Envoy's admin interface.</param>
    /// <param name="socket">Where the processor listens.</param>
    /// <param name="models">Backends of each model by priority: name in the filter configuration, and port.</param>
    public static string Text(int port, int admin, string socket, params (string Model, (string Backend, int Port)[] Backends)[] models) =>
        $$"""
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: {{Number(admin)}} } } }
        static_resources:
          listeners:
          - name: gateway
            address: {socket_address: {address: 127.0.0.1, port_value: {{Number(port)}} } }
            per_connection_buffer_limit_bytes: 52428800
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: ingress_http
                  access_log:
                  - name: envoy.access_loggers.file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: /dev/stdout
                      log_format:
                        json_format:
                          request_id: "%REQ(X-REQUEST-ID)%"
                          code: "%RESPONSE_CODE%"
                          details: "%RESPONSE_CODE_DETAILS%"
                          facts: "%DYNAMIC_METADATA(io.envoy.ai_gateway)%"
                  http_filters:
                  - name: envoy.filters.http.ext_proc/aigateway
                    typed_config:
                      "@type": {{Filter}}
                      grpc_service: {envoy_grpc: {cluster_name: ai-gateway-extproc-uds}, timeout: 30s}
                      processing_mode: {request_header_mode: SEND, request_body_mode: BUFFERED, request_trailer_mode: SKIP, response_header_mode: SEND, response_body_mode: BUFFERED, response_trailer_mode: SKIP}
                      message_timeout: 10s
                      allow_mode_override: true
                      metadata_options: {receiving_namespaces: {untyped: [io.envoy.ai_gateway]} }
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router, suppress_envoy_headers: true}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      retry_policy:
                        retry_on: 5xx,gateway-error,reset,connect-failure,envoy-ratelimited,retriable-4xx,refused-stream,retriable-status-codes,retriable-headers
                        num_retries: 5
                        per_try_timeout: 30s
                        retry_priority:
                          name: envoy.retry_priorities.previous_priorities
                          typed_config: {"@type": type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig, update_frequency: 1}
                        retry_back_off: {base_interval: 0.1s, max_interval: 1s}
                      routes:
        {{string.Concat(models.Select(model => RouteOf(model.Model)))}}
                      - match: {prefix: "/"}
                        direct_response: {status: 404, body: {inline_string: "no route for this model"} }
          clusters:
          - name: ai-gateway-extproc-uds
            type: STATIC
            connect_timeout: 10s
            per_connection_buffer_limit_bytes: 52428800
            load_assignment:
              cluster_name: ai-gateway-extproc-uds
              endpoints: [{lb_endpoints: [{endpoint: {address: {pipe: {path: "{{socket}}"} } } }]}]
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {initial_connection_window_size: 1048576, initial_stream_window_size: 65536} }
        {{string.Concat(models.Select(model => ClusterOf(model.Model, model.Backends)))}}
        """;

    private static string RouteOf(string model) =>
        $$"""
                      - match: {prefix: "/", headers: [{name: x-ai-eg-model, string_match: {exact: {{model}} } }]}
                        metadata: {filter_metadata: {aigateway.envoy.io: {aigw_route_name: {{Route}} } } }
                        route: {cluster: {{model}}, timeout: 60s}

        """;

    private static string ClusterOf(string model, (string Backend, int Port)[] backends) =>
        $$"""
          - name: {{model}}
            type: STATIC
            connect_timeout: 5s
            per_connection_buffer_limit_bytes: 52428800
            load_assignment:
              cluster_name: {{model}}
              endpoints:
        {{string.Concat(backends.Select((backend, priority) => Endpoint(backend.Backend, backend.Port, priority)))}}
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http_protocol_options: {} }
                http_filters:
                - name: envoy.filters.http.ext_proc/aigateway
                  typed_config:
                    "@type": {{Filter}}
                    grpc_service: {envoy_grpc: {cluster_name: ai-gateway-extproc-uds}, timeout: 30s}
                    processing_mode: {request_header_mode: SEND, request_body_mode: NONE, response_header_mode: SKIP, response_body_mode: NONE}
                    request_attributes:
                    - xds.upstream_host_metadata.filter_metadata['aigateway.envoy.io']['per_route_rule_backend_name']
                    - xds.cluster_metadata.filter_metadata['aigateway.envoy.io']['per_route_rule_backend_name']
                    - xds.upstream_host_metadata.filter_metadata['aigateway.envoy.io']['upstream_host']
                    - xds.route_metadata.filter_metadata['aigateway.envoy.io']['aigw_route_name']
                    allow_mode_override: true
                    message_timeout: 10s
                    metadata_options: {receiving_namespaces: {untyped: [io.envoy.ai_gateway]} }
                - name: envoy.filters.http.header_mutation
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
                    mutations: {request_mutations: [{append: {header: {key: content-length, value: "%DYNAMIC_METADATA(io.envoy.ai_gateway:content_length)%"}, append_action: ADD_IF_ABSENT} }]}
                - name: envoy.filters.http.upstream_codec
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec}

        """;

    private static string Endpoint(string backend, int port, int priority) =>
        $$"""
              - priority: {{Number(priority)}}
                lb_endpoints:
                - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: {{Number(port)}} } } }
                  metadata: {filter_metadata: {aigateway.envoy.io: {per_route_rule_backend_name: {{backend}} } } }

        """;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
