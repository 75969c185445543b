namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Limits of one list field.</summary>
/// <param name="Max">Most items.</param>
/// <param name="Min">Fewest items when the list is given.</param>
/// <param name="Key">Member whose value must be unique (Kubernetes' "map" lists); null for none.</param>
/// <param name="Required">The field must be present.</param>
internal sealed record ListRule(int Max = int.MaxValue, int Min = 0, string? Key = null, bool Required = false)
{
    public static readonly ListRule Unlimited = new();
}
