using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Findings;

/// <summary>Gathers every finding of one load; nothing stops at the first.</summary>
internal sealed class FindingCollector
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    public bool HasErrors => _findings.Exists(static finding => finding.Severity == FindingSeverity.Error);

    public void Add(Finding finding) => _findings.Add(finding);

    public void Error(ResourceDocument subject, string path, string reason, string? fix = null)
    {
        subject.HasErrors = true;
        Report(FindingSeverity.Error, subject, path, reason, fix);
    }

    /// <summary>
    /// An error that does not spoil the object as such: it is about something it refers to, and compilation isolates the part that needs it.
    /// </summary>
    public void ReferenceError(ResourceDocument subject, string path, string reason, string? fix = null) =>
        Report(FindingSeverity.Error, subject, path, reason, fix);

    public void Warning(ResourceDocument subject, string path, string reason, string? fix = null) =>
        Report(FindingSeverity.Warning, subject, path, reason, fix);

    private void Report(FindingSeverity severity, ResourceDocument subject, string path, string reason, string? fix)
    {
        var (position, node) = NodePath.Locate(subject.Root, path);
        _findings.Add(new Finding
        {
            Severity = severity,
            File = subject.File,
            Line = position.Line,
            Column = position.Column,
            Object = subject.Ref,
            Path = path.Length == 0 ? null : path,
            Value = Display(path, node),
            Reason = reason,
            Fix = fix,
        });
    }

    private static string? Display(string path, Node? node) =>
        node is not ScalarNode { Kind: not ScalarKind.Null } scalar ? null
        : SensitivePaths.IsSensitive(path) ? "***"
        : scalar.Display.Length > 200 ? string.Concat(scalar.Display.AsSpan(0, 200), "…")
        : scalar.Display;
}
