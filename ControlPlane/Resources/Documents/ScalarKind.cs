namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>Types of the YAML 1.2 core schema.</summary>
internal enum ScalarKind
{
    String,
    Null,
    Boolean,
    Integer,
    Float,
}
