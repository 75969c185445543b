namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>
/// Checks the credential blocks of the cloud providers. They are not compiled yet, so nothing is kept of them; a mistake in them is still reported.
/// </summary>
internal static class CloudCredentials
{
    public static object Aws(FieldReader fields)
    {
        _ = fields.RequiredText("region", TextRules.NotEmpty);
        _ = fields.Object("credentialsFile", static file =>
        {
            _ = file.Text("profile");
            return SecretRef(file);
        });
        _ = fields.Object("oidcExchangeToken", static exchange =>
        {
            _ = exchange.RequiredText("awsRoleArn", TextRules.NotEmpty);
            return TokenExchange(exchange);
        });
        return fields;
    }

    public static object Azure(FieldReader fields)
    {
        _ = fields.RequiredText("clientID", TextRules.NotEmpty);
        _ = fields.RequiredText("tenantID", TextRules.NotEmpty);
        _ = fields.Object("clientSecretRef", References.Secret);
        _ = fields.Object("oidcExchangeToken", TokenExchange);
        if (fields.Has("clientSecretRef") == fields.Has("oidcExchangeToken"))
            fields.Error("Exactly one of clientSecretRef or oidcExchangeToken must be specified");
        return fields;
    }

    public static object Gcp(FieldReader fields, bool isBeta)
    {
        _ = fields.RequiredText("projectName", TextRules.NotEmpty);
        _ = fields.RequiredText("region", TextRules.NotEmpty);
        _ = fields.Object("credentialsFile", SecretRef);
        _ = fields.Object("workloadIdentityFederationConfig", Federation);
        var both = fields.Has("credentialsFile") && fields.Has("workloadIdentityFederationConfig");
        var neither = !fields.Has("credentialsFile") && !fields.Has("workloadIdentityFederationConfig");
        if (isBeta && both) fields.Error("At most one of credentialsFile or workloadIdentityFederationConfig may be specified");
        else if (!isBeta && (both || neither))
            fields.Error("Exactly one of GCPWorkloadIdentityFederationConfig or GCPCredentialsFile must be specified");
        return fields;
    }

    private static object SecretRef(FieldReader fields) => fields.RequiredObject("secretRef", References.Secret) ?? (object)fields;

    private static object Federation(FieldReader fields)
    {
        _ = fields.RequiredText("projectID", TextRules.NotEmpty);
        _ = fields.RequiredText("workloadIdentityPoolName", TextRules.NotEmpty);
        _ = fields.RequiredText("workloadIdentityProviderName", TextRules.NotEmpty);
        _ = fields.RequiredObject("oidcExchangeToken", TokenExchange);
        _ = fields.Object("serviceAccountImpersonation", static impersonation =>
        {
            _ = impersonation.RequiredText("serviceAccountName", TextRules.NotEmpty);
            return impersonation;
        });
        return fields;
    }

    private static object TokenExchange(FieldReader fields)
    {
        _ = fields.Text("grantType");
        _ = fields.Text("aud");
        _ = fields.RequiredObject("oidc", Oidc);
        return fields;
    }

    private static object Oidc(FieldReader fields)
    {
        _ = fields.RequiredObject("provider", Provider);
        _ = fields.Text("clientID", TextRules.NotEmpty);
        _ = fields.Object("clientIDRef", References.Secret);
        _ = fields.RequiredObject("clientSecret", References.Secret);
        _ = fields.TextList("scopes", ListRule.Unlimited);
        fields.Ignore(
            "cookieNames", "cookieConfig", "cookieDomain", "redirectURL", "logoutPath", "forwardAccessToken", "forwardIDToken", "resources", "refreshToken",
            "defaultTokenTTL", "defaultRefreshTokenTTL", "csrfTokenTTL", "passThroughAuthHeader", "denyRedirect", "disableTokenEncryption");
        if (fields.Has("clientID") == fields.Has("clientIDRef")) fields.Error("only one of clientID or clientIDRef must be set");
        return fields;
    }

    private static object Provider(FieldReader fields)
    {
        _ = fields.RequiredText("issuer", TextRules.NotEmpty);
        fields.Ignore("authorizationEndpoint", "tokenEndpoint", "endSessionEndpoint", "backendRef", "backendRefs", "backendSettings");
        if (fields.Has("backendRef")) fields.Error("BackendRefs must be used, backendRef is not supported.");
        return fields;
    }
}
