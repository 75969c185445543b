using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>The table of contents of a bundle.</summary>
/// <param name="Checksum">SHA-256 of the joined parts, lower-case hexadecimal.</param>
/// <param name="Parts">In the order in which they are joined.</param>
/// <param name="Problems">Why it cannot be used.</param>
internal sealed record BundleIndex(string Checksum, IReadOnlyList<BundlePart> Parts, IReadOnlyList<Finding> Problems)
{
    private const int MaxParts = 64;

    private static readonly TextRule s_checksum = new() { Pattern = "^[0-9a-fA-F]{64}$" };

    // Relative, and nothing that leads out of the folder.
    private static readonly TextRule s_path = new() { Pattern = "^([A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$" };

    public static BundleIndex Read(string text, string file)
    {
        var document = ConfigDocument.Parse(text, file);
        if (document.Root is null) return new BundleIndex("", [], document.Findings);
        var root = document.Reader();
        root.Ignore("version", "uuid", "createdAt");
        var checksum = root.RequiredText("checksum", s_checksum);
        var parts = root.List("parts", new ListRule(MaxParts, Min: 1, Required: true), static part =>
        {
            part.Ignore("name");
            return new BundlePart(part.RequiredText("path", s_path), part.Integer("sizeBytes", 0) ?? 0);
        });
        root.Finish();
        return new BundleIndex(checksum.ToLowerInvariant(), parts, document.Findings);
    }
}

/// <summary>One part of a bundle.</summary>
/// <param name="Path">Below the folder of the index.</param>
/// <param name="SizeBytes">Its length.</param>
internal sealed record BundlePart(string Path, long SizeBytes);
