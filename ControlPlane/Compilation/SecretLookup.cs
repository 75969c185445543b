using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Finds Secrets and reports why one cannot be used.</summary>
internal static class SecretLookup
{
    public static Secret? Find(CompilationContext context, ResourceDocument from, ObjectReference reference, string path)
    {
        var @namespace = reference.Namespace ?? from.Namespace!;
        if (context.Grants.Refusal(from, string.Empty, "Secret", @namespace, reference.Name) is { } refusal)
        {
            context.Unresolved(from, path, "RefNotPermitted", refusal);
            return null;
        }

        if (context.Store.Find<Secret>(@namespace, reference.Name) is { } secret) return secret;
        context.Unresolved(
            from,
            path,
            "SecretNotFound",
            $"Secret {@namespace}/{reference.Name} not found",
            CompilationContext.Available(context.Store.All<Secret>().Where(secret => secret.Namespace == @namespace).Select(static secret => secret.Name)));
        return null;
    }
}
