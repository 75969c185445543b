using System.Reflection;

namespace AiGateway.Architecture.Tests;

/// <summary>The product's assemblies.</summary>
internal static class Products
{
    /// <summary>All libraries; the host of each is found by its folder's name.</summary>
    public static readonly IReadOnlyList<string> Libraries = ["Contracts", "ServiceDefaults", "DataPlane", "ControlPlane", "ExtProc.Protocol", "ExtProc", "Gateway"];

    public static Assembly Assembly(string project) => System.Reflection.Assembly.Load($"AiGateway.{project}");
}
