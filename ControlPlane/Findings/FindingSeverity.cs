namespace AiGateway.ControlPlane.Findings;

/// <summary>What a finding means for the configuration it is about.</summary>
public enum FindingSeverity
{
    /// <summary>The object, or the part of it that is named, cannot be used as written.</summary>
    Error,

    /// <summary>The configuration is used; something in it has no effect or is probably not what was meant.</summary>
    Warning,
}
