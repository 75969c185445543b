namespace AiGateway.Contracts.Cel;

internal enum CelTokenKind : byte
{
    End,
    Identifier,
    Int,
    Uint,
    Double,
    String,

    /// <summary>Operator or punctuation; the text says which.</summary>
    Symbol,
}
