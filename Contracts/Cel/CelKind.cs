namespace AiGateway.Contracts.Cel;

/// <summary>What a value is, or, while checking, what it will be.</summary>
internal enum CelKind : byte
{
    /// <summary>Evaluation failed; operators pass it on, <c>&amp;&amp;</c>, <c>||</c> and <c>?:</c> may leave it out.</summary>
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    List,
    Map,

    /// <summary>Only while checking: int, uint or double, decided at run time (<c>stream ? 1 : 1.5</c>).</summary>
    Number,

    /// <summary>Only while checking: an element of a mixed list.</summary>
    Any,
}
