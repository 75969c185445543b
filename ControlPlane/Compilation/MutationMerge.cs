using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Merges the mutations of a backend with those of a route's reference to it; the route wins per name.</summary>
internal static class MutationMerge
{
    /// <summary>Header changes in lower case; null when there are none.</summary>
    /// <param name="route">From the backendRef.</param>
    /// <param name="backend">From the AIServiceBackend.</param>
    /// <param name="alsoRemove">A header that must never leave for the provider, e.g. the one that brings a credential.</param>
    public static HeaderMutationSpec? Headers(HeaderMutation? route, HeaderMutation? backend, string? alsoRemove)
    {
        var set = Merge(backend?.Set, route?.Set, static name => name.ToLowerInvariant());
        var remove = Union(backend?.Remove, route?.Remove, alsoRemove, static name => name.ToLowerInvariant());
        // A header named in both ends up set.
        remove.RemoveAll(name => set.Exists(pair => pair.Key == name));
        return set.Count == 0 && remove.Count == 0 ? null : new HeaderMutationSpec { Set = set, Remove = remove };
    }

    /// <summary>Body changes; null when there are none.</summary>
    public static BodyMutationSpec? Body(BodyMutation? route, BodyMutation? backend)
    {
        var set = Merge(backend?.Set, route?.Set, static name => name);
        var remove = Union(backend?.Remove, route?.Remove, null, static name => name);
        remove.RemoveAll(name => set.Exists(pair => pair.Key == name));
        return set.Count == 0 && remove.Count == 0 ? null : new BodyMutationSpec { Set = set, Remove = remove };
    }

    private static List<KeyValuePair<string, string>> Merge(
        IReadOnlyList<KeyValuePair<string, string>>? lower, IReadOnlyList<KeyValuePair<string, string>>? upper, Func<string, string> name)
    {
        var result = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in (lower ?? []).Concat(upper ?? []))
        {
            var entry = new KeyValuePair<string, string>(name(key), value);
            var index = result.FindIndex(other => other.Key == entry.Key);
            if (index < 0) result.Add(entry);
            else result[index] = entry;
        }

        return result;
    }

    private static List<string> Union(IReadOnlyList<string>? lower, IReadOnlyList<string>? upper, string? extra, Func<string, string> name) =>
        [.. (lower ?? []).Concat(upper ?? []).Concat(extra is null ? [] : [extra]).Select(name).Distinct(StringComparer.Ordinal)];
}
