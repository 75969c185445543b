namespace AiGateway.Contracts.Cel;

/// <summary><c>map["key"]</c>, <c>map.key</c> or <c>list[0]</c>. What is not there is an error, never null.</summary>
internal static class CelIndexing
{
    public static CelValue Get(in CelValue target, in CelValue key) => target.Kind switch
    {
        CelKind.Map when key.Kind == CelKind.String => target.AsMap.TryGetValue(key.AsString, out var value)
            ? CelValue.String(value)
            : CelValue.Error("no such key; test it first: \"name\" in headers && …"),
        CelKind.List when key.Kind is CelKind.Int or CelKind.Uint => key.ToExact() is var index && index >= 0 && index < target.AsList.Length
            ? target.AsList[(int)index]
            : CelValue.Error("index out of range"),
        _ => CelArithmetic.NoOverload("[]", target, key),
    };
}
