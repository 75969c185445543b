using System.Globalization;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Writes sorted numbers as ranges: <c>429</c>, <c>500-599</c>.</summary>
internal static class RangeText
{
    public static IReadOnlyList<string> Of(IReadOnlyList<int> numbers)
    {
        var result = new List<string>();
        for (var i = 0; i < numbers.Count;)
        {
            var end = i;
            while (end + 1 < numbers.Count && numbers[end + 1] == numbers[end] + 1) end++;
            result.Add(end == i
                ? numbers[i].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{numbers[i]}-{numbers[end]}"));
            i = end + 1;
        }

        return result;
    }
}
