namespace AiGateway.Contracts.Cel;

/// <summary>Bounds that keep any expression, however hostile, cheap to compile and to run.</summary>
internal static class CelLimits
{
    /// <summary>Characters of one expression: room for a price table of some hundred models.</summary>
    public const int TextLength = 16 * 1024;

    /// <summary>Height of the tree. Parser, checker and evaluator recurse once per level, so this bounds the stack.</summary>
    public const int Depth = 250;

    /// <summary>Characters of a string made while evaluating; only <c>+</c> can grow one.</summary>
    public const int StringLength = 64 * 1024;

    /// <summary>Characters of a <c>matches</c> pattern.</summary>
    public const int PatternLength = 1024;

    /// <summary>Characters of a text given to <c>matches</c>. The worst pattern allowed takes about half a millisecond for each.</summary>
    public const int MatchedLength = 4096;
}
