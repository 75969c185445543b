namespace AiGateway.Contracts.Cel;

/// <summary>Static type of an expression.</summary>
internal sealed record CelType(CelKind Kind, CelType? Element = null)
{
    public static readonly CelType Any = new(CelKind.Any);
    public static readonly CelType Null = new(CelKind.Null);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType Uint = new(CelKind.Uint);
    public static readonly CelType Double = new(CelKind.Double);
    public static readonly CelType Number = new(CelKind.Number);
    public static readonly CelType String = new(CelKind.String);

    /// <summary>The only map there is: <c>headers</c>, string to string.</summary>
    public static readonly CelType Headers = new(CelKind.Map, String);

    public static CelType ListOf(CelType element) => new(CelKind.List, element);

    public bool IsAny => Kind == CelKind.Any;

    public bool IsNumeric => Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Number;

    /// <summary>True when a value of this type may turn out to be a <paramref name="kind"/> at run time.</summary>
    public bool CanBe(CelKind kind) =>
        Kind == kind || IsAny || (Kind == CelKind.Number && kind is CelKind.Int or CelKind.Uint or CelKind.Double);

    /// <summary>The one type that holds values of both, or null when no operator could treat them alike.</summary>
    public static CelType? Join(CelType left, CelType right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Any, _) or (_, CelKind.Any) => Any,
        (CelKind.List, CelKind.List) => Join(left.Element!, right.Element!) is { } element ? ListOf(element) : null,
        var (a, b) when a == b => left,
        _ when left.IsNumeric && right.IsNumeric => Number,
        _ => null,
    };

    public override string ToString() => Kind switch
    {
        CelKind.List => $"list({Element})",
        CelKind.Map => $"map(string, {Element})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
