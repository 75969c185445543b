using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Writes a snapshot member by member, always in the same order; members that say nothing are left out.</summary>
/// <param name="json">Receives the object.</param>
/// <param name="secret">What is written for a secret.</param>
/// <param name="omittedTime">A creation time that is not written, because it is not content.</param>
internal sealed class SnapshotJsonWriter(Utf8JsonWriter json, Func<SecretString, string> secret, DateTimeOffset? omittedTime)
{
    public void Write(GatewaySnapshot snapshot)
    {
        json.WriteStartObject();
        json.WriteNumber("schemaMajor"u8, snapshot.SchemaMajor);
        Text("revision", snapshot.Revision);
        Objects("listeners", snapshot.Listeners, Listener);
        Objects("routes", snapshot.Routes, Route);
        Objects("backends", snapshot.Backends, Backend);
        Objects("pools", snapshot.Pools, Pool);
        Objects("httpRoutes", snapshot.HttpRoutes, HttpRoute);
        Objects("processors", snapshot.Processors, Processor);
        Objects("globalCosts", snapshot.GlobalCosts, Cost);
        Flag("routesElsewhere", snapshot.RoutesElsewhere);
        Objects("modelLists", snapshot.ModelLists, ModelList);
        json.WriteEndObject();
    }

    private void Listener(ListenerSpec listener)
    {
        Text("name", listener.Name);
        json.WriteNumber("port"u8, listener.Port);
        Flag("tls", listener.Tls);
        Text("hostname", listener.Hostname);
        Texts("addresses", listener.Addresses);
        Objects("certificates", listener.Certificates, certificate =>
        {
            Text("chainPem", certificate.ChainPem);
            Text("keyPem", secret(certificate.KeyPem));
        });
        if (listener.MaxRequestBodyBytes is { } limit) json.WriteNumber("maxRequestBodyBytes"u8, limit);
        Duration("requestReceivedTimeout", listener.RequestReceivedTimeout);
        Duration("idleTimeout", listener.IdleTimeout);
        Duration("streamIdleTimeout", listener.StreamIdleTimeout);
    }

    private void Route(RouteSpec route)
    {
        Text("name", route.Name);
        Texts("listeners", route.Listeners);
        Texts("hostnames", route.Hostnames);
        Objects("rules", route.Rules, Rule);
        Texts("processors", route.Processors);
        Objects("costs", route.Costs, Cost);
    }

    private void Rule(RuleSpec rule)
    {
        Text("name", rule.Name);
        Objects("matches", rule.Matches, match =>
        {
            Text("pathPrefix", match.PathPrefix);
            Objects("headers", match.Headers, HeaderMatch);
        });
        Objects("backendRefs", rule.BackendRefs, reference =>
        {
            Text("backend", reference.Backend);
            json.WriteNumber("weight"u8, reference.Weight);
            json.WriteNumber("priority"u8, reference.Priority);
        });
        Duration("requestTimeout", rule.RequestTimeout);
        Duration("backendRequestTimeout", rule.BackendRequestTimeout);
        Duration("streamIdleTimeout", rule.StreamIdleTimeout);
        if (rule.Retry is { } retry) Retry(retry);
        Text("modelsOwnedBy", rule.ModelsOwnedBy);
        if (rule.ModelsCreatedAt != omittedTime) json.WriteString("modelsCreatedAt"u8, rule.ModelsCreatedAt.UtcDateTime);
    }

    private void Retry(RetrySpec retry)
    {
        json.WriteStartObject("retry"u8);
        json.WriteNumber("numRetries"u8, retry.NumRetries);
        if (retry.NumAttemptsPerPriority is { } attempts) json.WriteNumber("numAttemptsPerPriority"u8, attempts);
        Flag("onConnectFailure", retry.OnConnectFailure);
        Flag("onReset", retry.OnReset);
        Texts("statusCodes", RangeText.Of(retry.StatusCodes));
        Duration("perTryTimeout", retry.PerTryTimeout);
        Duration("backOffBase", retry.BackOffBase);
        Duration("backOffMax", retry.BackOffMax);
        json.WriteEndObject();
    }

    private void Backend(BackendSpec backend)
    {
        Text("name", backend.Name);
        Text("serviceBackend", backend.ServiceBackend);
        Text("schema", backend.Schema.ToString());
        Text("version", backend.Version);
        Text("prefix", backend.Prefix);
        Text("modelNameOverride", backend.ModelNameOverride);
        Text("pool", backend.Pool);
        if (backend.Credential is { } credential) Credential(credential);
        if (backend.HeaderMutation is { } headers) Mutation("headerMutation", headers.Set, headers.Remove, HeaderValue);
        if (backend.BodyMutation is { } body) Mutation("bodyMutation", body.Set, body.Remove, static (_, value) => value);
        Text("unusable", backend.Unusable);
    }

    private void Credential(CredentialSpec credential)
    {
        var (type, key) = credential switch
        {
            CredentialSpec.ApiKey apiKey => ("apiKey", apiKey.Key),
            CredentialSpec.AnthropicApiKey anthropic => ("anthropicApiKey", anthropic.Key),
            CredentialSpec.AzureApiKey azure => ("azureApiKey", azure.Key),
            _ => throw new InvalidOperationException($"{credential.GetType().Name} has no JSON form"),
        };
        json.WriteStartObject("credential"u8);
        Text("type", type);
        if (key is not null) Text("key", secret(key));
        if (credential.Override is { } source)
        {
            json.WriteStartObject("override"u8);
            Text("header", source.Header);
            json.WriteBoolean("fallbackToConfigured"u8, source.FallbackToConfigured);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Operators put keys into plain header mutations too; a header that sounds like one is treated as one.</summary>
    private string HeaderValue(string name, string value) => SensitiveHeaders.IsSensitive(name) ? secret(new SecretString(value)) : value;

    private void Mutation(string name, IReadOnlyList<KeyValuePair<string, string>> set, IReadOnlyList<string> remove, Func<string, string, string> shown)
    {
        json.WriteStartObject(name);
        Objects("set", set, pair =>
        {
            Text("name", pair.Key);
            Text("value", shown(pair.Key, pair.Value));
        });
        Texts("remove", remove);
        json.WriteEndObject();
    }

    private void Pool(PoolSpec pool)
    {
        Text("name", pool.Name);
        Objects("endpoints", pool.Endpoints, endpoint =>
        {
            Text("host", endpoint.Host);
            if (endpoint.UnixPath is null) json.WriteNumber("port"u8, endpoint.Port);
            Text("unixPath", endpoint.UnixPath);
            Text("hostHeader", endpoint.HostHeader);
        });
        if (pool.Tls is { } tls)
        {
            json.WriteStartObject("tls"u8);
            Text("serverName", tls.ServerName);
            Texts("caPem", tls.CaPem);
            Texts("subjectAltNames", tls.SubjectAltNames);
            Flag("insecureSkipVerify", tls.InsecureSkipVerify);
            json.WriteEndObject();
        }

        Flag("http2", pool.Http2);
        Duration("connectTimeout", pool.ConnectTimeout);
    }

    private void HttpRoute(HttpRouteSpec route)
    {
        Text("name", route.Name);
        Texts("listeners", route.Listeners);
        Texts("hostnames", route.Hostnames);
        Text("path", route.Path);
        Flag("exactPath", route.ExactPath);
        Text("method", route.Method);
        Objects("headers", route.Headers, HeaderMatch);
        Objects("pools", route.Pools, pool =>
        {
            Text("pool", pool.Pool);
            json.WriteNumber("weight"u8, pool.Weight);
        });
        Duration("requestTimeout", route.RequestTimeout);
        Duration("streamIdleTimeout", route.StreamIdleTimeout);
    }

    private void Processor(ProcessorSpec processor)
    {
        Text("name", processor.Name);
        Text("pool", processor.Pool);
        Duration("messageTimeout", processor.MessageTimeout);
        Flag("failOpen", processor.FailOpen);
        Flag("allowModeOverride", processor.AllowModeOverride);
        Direction("request", processor.Request);
        Direction("response", processor.Response);
        Texts("readableNamespaces", processor.ReadableNamespaces);
        Texts("writableNamespaces", processor.WritableNamespaces);
    }

    private void Direction(string name, ProcessorDirection? direction)
    {
        if (direction is null) return;
        json.WriteStartObject(name);
        Text("body", direction.Body.ToString());
        Texts("attributes", direction.Attributes);
        json.WriteEndObject();
    }

    private void HeaderMatch(HeaderMatchSpec match)
    {
        Text("name", match.Name);
        Text("value", match.Value);
        Flag("isRegex", match.IsRegex);
    }

    private void Cost(CostSpec cost)
    {
        Text("metadataKey", cost.MetadataKey);
        Text("kind", cost.Kind.ToString());
        Text("expression", cost.Expression);
        Text("backend", cost.Backend);
        Text("model", cost.Model);
    }

    private void ModelList(ModelListSpec list)
    {
        Text("hostname", list.Hostname);
        Objects("models", list.Models, model =>
        {
            Text("name", model.Name);
            Text("ownedBy", model.OwnedBy);
            json.WriteString("createdAt"u8, model.CreatedAt.UtcDateTime);
        });
    }

    private void Objects<T>(string name, IReadOnlyList<T> items, Action<T> write)
    {
        if (items.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Texts(string name, IReadOnlyList<string> items)
    {
        if (items.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var item in items) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private void Text(string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private void Flag(string name, bool value)
    {
        if (value) json.WriteBoolean(name, value);
    }

    private void Duration(string name, TimeSpan? value)
    {
        if (value is { } duration) json.WriteString(name, duration.ToString("c"));
    }
}
