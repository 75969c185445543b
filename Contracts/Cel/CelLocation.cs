namespace AiGateway.Contracts.Cel;

/// <summary>A place in the text of an expression, counted from 1 as editors do.</summary>
internal readonly record struct CelLocation(int Line, int Column)
{
    public static CelLocation Of(string text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        return new CelLocation(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Line}:{Column}");
}
