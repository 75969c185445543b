using System.Collections;

namespace AiGateway.TestSupport.Wire;

/// <summary>Header fields as they stood on the wire: in order, case kept, duplicates kept.</summary>
public sealed class HeaderFields(IReadOnlyList<KeyValuePair<string, string>> fields) : IReadOnlyList<KeyValuePair<string, string>>
{
    public static readonly HeaderFields None = new([]);

    public int Count => fields.Count;

    public KeyValuePair<string, string> this[int index] => fields[index];

    /// <summary>
    /// Value of the only field of that name, compared without case; null when absent. More than one is an error of the sender.
    /// </summary>
    public string? this[string name]
    {
        get
        {
            var values = All(name);
            return values.Count switch
            {
                0 => null,
                1 => values[0],
                _ => throw new WireException($"The header '{name}' is there {values.Count} times."),
            };
        }
    }

    /// <summary>Values of all fields of that name, compared without case.</summary>
    public IReadOnlyList<string> All(string name) =>
        [.. fields.Where(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    public bool Contains(string name) => fields.Any(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join("\n", fields.Select(field => $"{field.Key}: {field.Value}"));
}
