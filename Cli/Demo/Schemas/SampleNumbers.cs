namespace AiGateway.Cli.Demo.Schemas;

/// <summary>Numbers within the bounds of a schema.</summary>
internal static class SampleNumbers
{
    // What a schema without bounds gets; small, positive, and visibly not a default.
    private const decimal Preferred = 1;

    public static decimal Integer(SchemaView schema, int index) => Pick(schema, index, step: 1);

    public static decimal Number(SchemaView schema, int index) => Pick(schema, index, step: null);

    private static decimal Pick(SchemaView schema, int index, decimal? step)
    {
        var grid = schema.Numbers("multipleOf").Where(static value => value > 0).Select(static value => (decimal?)value).FirstOrDefault() ?? step;
        var (least, openBelow) = Tightest(schema.Numbers("minimum"), schema.Numbers("exclusiveMinimum"), static (a, b) => Math.Max(a, b));
        var (most, openAbove) = Tightest(schema.Numbers("maximum"), schema.Numbers("exclusiveMaximum"), static (a, b) => Math.Min(a, b));
        var value = least is null ? Math.Min(Preferred, most ?? Preferred) : Math.Max(Preferred, least.Value);
        if (most is not null && value > most)
            value = most.Value;

        if (grid is { } unit)
        {
            value = OnGrid(value, unit, least, most, openBelow, openAbove);
            var next = value + (index * unit);
            return most is null || next < most || (next == most && !openAbove) ? next : value;
        }

        if ((openBelow && value == least) || (openAbove && value == most))
            value = least is not null && most is not null ? (least.Value + most.Value) / 2 : openBelow ? value + 1 : value - 1;
        return index > 0 && (most is null || value + index < most) ? value + index : value;
    }

    private static decimal OnGrid(decimal value, decimal unit, decimal? least, decimal? most, bool openBelow, bool openAbove)
    {
        var floor = Math.Floor(value / unit) * unit;
        var up = floor == value ? value : floor + unit;
        if (openBelow && up == least)
            up += unit;
        var fits = most is null || up < most || (up == most && !openAbove);
        if (fits)
            return up;
        return openAbove && floor == most ? floor - unit : floor;
    }

    private static (decimal? Bound, bool Open) Tightest(IEnumerable<decimal> closed, IEnumerable<decimal> open, Func<decimal, decimal, decimal> tighter)
    {
        decimal? bound = null;
        foreach (var value in closed)
            bound = bound is null ? value : tighter(bound.Value, value);
        var isOpen = false;
        foreach (var value in open)
        {
            // An exclusive bound wins a tie: it is the stricter of the two.
            var tightest = bound is null ? value : tighter(bound.Value, value);
            isOpen = tightest == value || isOpen;
            bound = tightest;
        }

        return (bound, isOpen);
    }
}
