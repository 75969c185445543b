namespace AiGateway.Contracts;

/// <summary>A value that must not appear in logs, traces, exceptions or <c>ToString</c>. Reading it takes an explicit <see cref="Reveal"/>.</summary>
public sealed class SecretString : IEquatable<SecretString>
{
    private readonly string _value;

    /// <param name="value">The secret, exactly as it will be sent.</param>
    public SecretString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>True when the secret is the empty string.</summary>
    public bool IsEmpty => _value.Length == 0;

    /// <summary>The clear text. Every call site is a place to review.</summary>
    public string Reveal() => _value;

    /// <inheritdoc />
    public bool Equals(SecretString? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SecretString);

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}
