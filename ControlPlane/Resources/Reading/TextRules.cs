namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>The named formats of the resource definitions.</summary>
internal static class TextRules
{
    private const string Dns = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    public static readonly TextRule DnsName = new() { MinLength = 1, MaxLength = 253, Pattern = "^" + Dns };
    public static readonly TextRule Hostname = new() { MinLength = 1, MaxLength = 253, Pattern = "^(\\*\\.)?" + Dns };
    public static readonly TextRule NamespaceName = new() { MinLength = 1, MaxLength = 63, Pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" };
    public static readonly TextRule Group = new() { MaxLength = 253, Pattern = "^$|^" + Dns };
    public static readonly TextRule Kind = new() { MinLength = 1, MaxLength = 63, Pattern = "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$" };
    public static readonly TextRule OptionalKind = new() { MaxLength = 63, Pattern = "^$|^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$" };
    public static readonly TextRule HeaderName = new() { MinLength = 1, MaxLength = 256, Pattern = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$" };
    public static readonly TextRule HeaderValue = new() { MinLength = 1, MaxLength = 4096 };
    public static readonly TextRule Duration = new() { Pattern = "^([0-9]{1,5}(h|m|s|ms)){1,4}$" };
    public static readonly TextRule ObjectName = new() { MinLength = 1, MaxLength = 253 };
    public static readonly TextRule NotEmpty = new() { MinLength = 1 };
    public static readonly TextRule Any = new();
    public static readonly TextRule MatchType = TextRule.Enum("Exact", "RegularExpression");
}
