using System.Text.RegularExpressions;

namespace AiGateway.Architecture.Tests;

/// <summary>Names that say something.</summary>
public sealed partial class NamingTests
{
    public static TheoryData<string> Libraries => [.. Products.Libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Type_Name_SaysWhatItKnowsOrDecides(string project) =>
        Assert.DoesNotContain(Products.Assembly(project).GetTypes().Where(type => !type.Name.StartsWith('<')).Select(type => type.FullName!), name => Vague().IsMatch(name));

    [Theory]
    [MemberData(nameof(Libraries))]
    public void AsyncMethod_Name_EndsInAsync(string project)
    {
        var offenders = Products.Assembly(project).GetTypes().Where(type => type.IsVisible)
            .SelectMany(type => type.GetMethods().Where(method => method.DeclaringType == type && typeof(Task).IsAssignableFrom(method.ReturnType)))
            .Where(method => !method.Name.EndsWith("Async", StringComparison.Ordinal) && !method.IsSpecialName)
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}");

        Assert.Empty(offenders);
    }

    [GeneratedRegex("(Manager|Helper|Helpers|Utils|Util|Common|Misc|Impl)(`[0-9]+)?$")]
    private static partial Regex Vague();
}
