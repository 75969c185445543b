namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Header changes as written; names keep their case.</summary>
internal sealed record HeaderMutation(IReadOnlyList<KeyValuePair<string, string>> Set, IReadOnlyList<string> Remove);

/// <summary>Changes of top-level body members as written; values are JSON text.</summary>
internal sealed record BodyMutation(IReadOnlyList<KeyValuePair<string, string>> Set, IReadOnlyList<string> Remove);
