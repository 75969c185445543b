using System.Globalization;

namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>A scalar and its type by the rules of the YAML 1.2 core schema.</summary>
internal sealed class ScalarNode : Node
{
    public ScalarNode(string text, ScalarKind kind, Position position, string? display = null)
        : base(position)
    {
        Text = text;
        Kind = kind;
        Display = display ?? text;
    }

    /// <summary>The value as text, after substitution.</summary>
    public string Text { get; }

    /// <summary>Core-schema type.</summary>
    public ScalarKind Kind { get; }

    /// <summary>What messages may show: the source text, so that a substituted variable shows its name instead of its value.</summary>
    public string Display { get; }

    /// <inheritdoc />
    public override long Size => 1;

    /// <inheritdoc />
    public override string TypeName => Kind switch
    {
        ScalarKind.Null => "null",
        ScalarKind.Boolean => "boolean",
        ScalarKind.Integer => "integer",
        ScalarKind.Float => "number",
        _ => "string",
    };

    /// <summary>Reads an integer in any notation of the core schema.</summary>
    /// <param name="value">The number; undefined when false is returned.</param>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        if (Kind != ScalarKind.Integer) return false;
        if (Text.StartsWith("0x", StringComparison.Ordinal))
            return long.TryParse(Text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (!Text.StartsWith("0o", StringComparison.Ordinal))
            return long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        foreach (var digit in Text.AsSpan(2))
        {
            if (value > long.MaxValue >> 3) return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
