using System.Diagnostics;

namespace AiGateway.Contracts.Cel;

/// <summary>A value at run time. Numbers and booleans live in <c>_bits</c>, so the integer path never allocates.</summary>
[DebuggerDisplay("{Kind}: {_reference ?? _bits}")]
internal readonly struct CelValue
{
    private readonly long _bits;
    private readonly object? _reference;

    private CelValue(CelKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    public static CelValue Null { get; } = new(CelKind.Null, 0, null);

    public CelKind Kind { get; }

    public bool IsError => Kind == CelKind.Error;

    public bool IsNumeric => Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    public bool AsBool => _bits != 0;

    public long AsInt => _bits;

    public ulong AsUint => unchecked((ulong)_bits);

    public double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    public string AsString => (string)_reference!;

    public CelValue[] AsList => (CelValue[])_reference!;

    public IReadOnlyDictionary<string, string> AsMap => (IReadOnlyDictionary<string, string>)_reference!;

    /// <summary>What went wrong; only for <see cref="CelKind.Error"/>.</summary>
    public string Message => (string?)_reference ?? "no value";

    public static CelValue Error(string message) => new(CelKind.Error, 0, message);

    public static CelValue Bool(bool value) => new(CelKind.Bool, value ? 1 : 0, null);

    public static CelValue Int(long value) => new(CelKind.Int, value, null);

    public static CelValue Uint(ulong value) => new(CelKind.Uint, unchecked((long)value), null);

    public static CelValue Double(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    public static CelValue String(string value) => new(CelKind.String, 0, value);

    public static CelValue List(CelValue[] items) => new(CelKind.List, 0, items);

    public static CelValue Map(IReadOnlyDictionary<string, string> entries) => new(CelKind.Map, 0, entries);

    /// <summary>The same value; an error that does not say where yet now does.</summary>
    public CelValue At(CelLocation location) => Kind == CelKind.Error ? Error($"{location}: {Message}") : this;

    /// <summary>The value of an int or a uint without loss.</summary>
    public Int128 ToExact() => Kind == CelKind.Uint ? AsUint : AsInt;

    /// <summary>The value of any number, rounded to the nearest double.</summary>
    public double ToDouble() => Kind switch
    {
        CelKind.Double => AsDouble,
        CelKind.Uint => AsUint,
        _ => AsInt,
    };
}
