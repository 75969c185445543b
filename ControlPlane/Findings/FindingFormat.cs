namespace AiGateway.ControlPlane.Findings;

/// <summary>How findings are written for people and machines.</summary>
public enum FindingFormat
{
    /// <summary>One line each: <c>file:line:col: error: Kind ns/name path "value": reason; fix</c>.</summary>
    Text,

    /// <summary>One JSON array.</summary>
    Json,

    /// <summary>Workflow commands that GitHub turns into annotations on the changed lines.</summary>
    GitHub,
}
