namespace AiGateway.Contracts.Cel;

/// <param name="Kind">What it is.</param>
/// <param name="Position">Offset of its first character.</param>
/// <param name="Text">As written; for strings the value, with escapes resolved.</param>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, string Text)
{
    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && Text == symbol;

    public override string ToString() => Kind switch
    {
        CelTokenKind.End => "the end",
        CelTokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}
