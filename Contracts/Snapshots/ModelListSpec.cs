namespace AiGateway.Contracts.Snapshots;

/// <summary>The models that clients of one host are shown.</summary>
/// <param name="Hostname">Host, exact or <c>*.suffix</c>, lower case; null for every host that no other list names.</param>
/// <param name="Models">In the order shown, each name once.</param>
public sealed record ModelListSpec(string? Hostname, IReadOnlyList<ModelSpec> Models);

/// <summary>One model of a list.</summary>
/// <param name="Name">What clients ask for.</param>
/// <param name="OwnedBy">Shown as owner.</param>
/// <param name="CreatedAt">Shown as creation time.</param>
public sealed record ModelSpec(string Name, string OwnedBy, DateTimeOffset CreatedAt);
