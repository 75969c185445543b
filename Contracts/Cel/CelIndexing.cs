namespace AiGateway.Contracts.Cel;

/// <summary><c>map["key"]</c>, <c>map.key</c> or <c>list[0]</c>. What is not there is an error, never null.</summary>
internal static class CelIndexing
{
    public static CelValue Get(in CelValue target, in CelValue key) => target.Kind switch
    {
        CelKind.Map when key.Kind == CelKind.String => target.AsMap.TryGetValue(key.AsString, out var value)
            ? CelValue.String(value)
            : CelValue.Error("no such key; test it first: \"name\" in headers && …"),
        CelKind.List when key.Kind is CelKind.Int or CelKind.Uint => Item(target.AsList, key.ToExact()),
        _ => CelArithmetic.NoOverload("[]", target, key),
    };

    private static CelValue Item(CelValue[] list, Int128 index) =>
        index >= 0 && index < list.Length ? list[(int)index] : CelValue.Error("index out of range");
}
