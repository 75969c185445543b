using System.Buffers;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.Gateway.External;

/// <summary>
/// What a service may do to headers, as Envoy's ext_proc filter has it: only <c>raw_value</c> counts, <c>append_action</c> is ignored and everything
/// overwrites unless the old <c>append</c> says otherwise; routing headers and Envoy's own are dropped silently; an invalid name fails the request.
/// </summary>
internal static class HeaderRules
{
    /// <summary>Detail of the failure, as in Envoy's access log.</summary>
    public const string InvalidCharacter = "header_mutation_set_contains_invalid_character";

    private static readonly SearchValues<char> s_token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    private static readonly SearchValues<byte> s_notInValues = SearchValues.Create("\0\r\n"u8);

    /// <summary>Applies a mutation.</summary>
    /// <param name="mutation">What the service wants; null is nothing.</param>
    /// <param name="headers">What is changed.</param>
    /// <param name="allowEnvoy"><c>x-envoy-*</c> may be set (<c>mutation_rules.allow_envoy</c>).</param>
    /// <returns>False when a header has a character that none may have; nothing is changed then.</returns>
    public static bool TryApply(HeaderMutation? mutation, HeaderList headers, bool allowEnvoy)
    {
        if (mutation is null) return true;
        foreach (var option in mutation.SetHeaders)
        {
            if (!IsValid(option.Header?.Key) || option.Header!.RawValue.Span.ContainsAny(s_notInValues)) return false;
        }

        foreach (var name in mutation.RemoveHeaders)
        {
            if (name.Length > 0 && name[0] != ':' && Allowed(name, allowEnvoy)) headers.Remove(name);
        }

        foreach (var option in mutation.SetHeaders)
        {
            if (!Allowed(option.Header.Key, allowEnvoy)) continue;
#pragma warning disable CS0612 // deprecated in Envoy's interface, and the only one that Envoy heeds
            if (option.Append is true) headers.Add(option.Header.Key, option.Header.RawValue);
#pragma warning restore CS0612
            else headers.Set(option.Header.Key, option.Header.RawValue);
        }

        return true;
    }

    private static bool Allowed(string name, bool allowEnvoy) =>
        !name.Equals("host", StringComparison.OrdinalIgnoreCase)
        && !name.Equals(":authority", StringComparison.OrdinalIgnoreCase)
        && !name.Equals(":scheme", StringComparison.OrdinalIgnoreCase)
        && !name.Equals(":method", StringComparison.OrdinalIgnoreCase)
        && !HopByHop.Is(name)
        && (allowEnvoy || !name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase));

    private static bool IsValid(string? name) => name is { Length: > 0 } && !name.AsSpan(name[0] == ':' ? 1 : 0).ContainsAnyExcept(s_token) && name.Length > (name[0] == ':' ? 1 : 0);
}
