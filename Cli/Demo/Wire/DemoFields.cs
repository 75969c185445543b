using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AiGateway.Cli.Demo.Wire;

/// <summary>
/// Reads the members of a request body and remembers the first one that is wrong. A member that is absent or <c>null</c> reads as its default;
/// members nobody asks for are ignored.
/// </summary>
internal sealed class DemoFields(JsonElement body)
{
    private readonly DemoFields? _outer;

    private DemoFields(JsonElement body, DemoFields outer)
        : this(body) => _outer = outer;

    /// <summary>The first mistake, or null.</summary>
    public DemoRefusal? Refusal { get; private set; }

    /// <summary>Records a mistake unless there is an earlier one. Mistakes inside an object count for the whole request.</summary>
    public void Refuse(string name, string message)
    {
        if (_outer is not null)
            _outer.Refuse(name, message);
        else
            Refusal ??= DemoRefusal.Invalid(name, message);
    }

    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public string? Text(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        Refuse(name, $"{name} must be a string.");
        return null;
    }

    public string RequiredText(string name)
    {
        var value = Text(name);
        if (string.IsNullOrEmpty(value))
            Refuse(name, $"{name} is required.");
        return value ?? "";
    }

    public bool Flag(string name, bool fallback = false)
    {
        if (!TryGet(name, out var value))
            return fallback;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse(name, $"{name} must be true or false.");
        return fallback;
    }

    public int? Integer(string name, int least, int most = int.MaxValue)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            return number;
        Refuse(name, most == int.MaxValue ? $"{name} must be an integer of at least {least}." : $"{name} must be an integer from {least} to {most}.");
        return null;
    }

    /// <summary>Checks a number that the demo has no other use for, because providers check it.</summary>
    public void CheckNumber(string name, double least, double most)
    {
        if (TryGet(name, out var value) && !(value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= least && number <= most))
            Refuse(name, $"{name} must be a number from {least} to {most}.");
    }

    public bool TryArray(string name, out JsonElement value)
    {
        if (!TryGet(name, out value))
            return false;
        if (value.ValueKind == JsonValueKind.Array)
            return true;
        Refuse(name, $"{name} must be an array.");
        return false;
    }

    public bool TryRequiredArray(string name, out JsonElement value)
    {
        if (TryArray(name, out value) && value.GetArrayLength() > 0)
            return true;
        Refuse(name, $"{name} must be an array with at least one entry.");
        return false;
    }

    public bool TryObject(string name, [NotNullWhen(true)] out DemoFields? value)
    {
        value = null;
        if (!TryGet(name, out var element))
            return false;
        if (element.ValueKind == JsonValueKind.Object)
        {
            value = new DemoFields(element, this);
            return true;
        }

        Refuse(name, $"{name} must be an object.");
        return false;
    }
}
