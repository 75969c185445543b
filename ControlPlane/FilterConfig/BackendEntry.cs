using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Resources.Reading;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>An entry of <c>backends</c>: everything that is done to a request on its way there, except the way.</summary>
internal static class BackendEntry
{
    /// <summary>Between the name of the AIServiceBackend and that of the route in the names that the peer gives.</summary>
    private const string RouteMark = "/route/";

    public static BackendSpec Read(FieldReader fields)
    {
        var name = fields.RequiredText("name", TextRules.NotEmpty);
        var schema = fields.RequiredObject("schema", Schema) ?? new ApiSchema(ProviderSchema.OpenAI, null, null);
        var auth = fields.Object("auth", AuthEntry.Read) ?? AuthEntry.None;
        var headers = fields.Object("httpHeaderMutation", static mutation => Mutations.Headers(mutation, int.MaxValue)) ?? new HeaderMutation([], []);
        var body = fields.Object("httpBodyMutation", static mutation => Mutations.Body(mutation, int.MaxValue));
        return new BackendSpec
        {
            Name = name,
            ServiceBackend = ServiceBackend(name),
            Schema = schema.Name,
            Version = SchemaSupport.Version(schema),
            Prefix = SchemaSupport.Prefix(schema),
            ModelNameOverride = fields.Text("modelNameOverride") is { Length: > 0 } model ? model : null,
            Pool = string.Empty,
            Credential = auth.Credential,
            HeaderMutation = MutationMerge.Headers(headers with { Remove = [.. headers.Remove, .. auth.InputHeaders] }, null, auth.Credential?.Override?.Header),
            BodyMutation = MutationMerge.Body(body, null),
            Unusable = SchemaSupport.Missing(schema.Name) is { } missing ? $"schema {missing} is not supported yet" : auth.Problem,
        };
    }

    /// <summary>A backend whose entry has a mistake; nothing else of it is kept.</summary>
    public static BackendSpec Unusable(string name, string problem) =>
        new() { Name = name, ServiceBackend = ServiceBackend(name), Schema = ProviderSchema.OpenAI, Pool = string.Empty, Unusable = problem };

    private static string ServiceBackend(string name) => name.IndexOf(RouteMark, StringComparison.Ordinal) is >= 0 and var mark ? name[..mark] : name;

    private static ApiSchema Schema(FieldReader fields)
    {
        var schema = new ApiSchema(SchemaNames.Of(fields.RequiredText("name", SchemaNames.Rule)), fields.Text("version"), fields.Text("prefix"));
        if (SchemaSupport.Missing(schema.Name) is not null)
            fields.WarningAt("name", "this schema is not supported yet, the backend cannot serve", "other backends of the document are not affected");
        return schema;
    }
}
