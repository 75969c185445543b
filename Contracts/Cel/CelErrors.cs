namespace AiGateway.Contracts.Cel;

/// <summary>The first thing found wrong with one expression. Later findings are mostly echoes of it and are dropped.</summary>
internal sealed class CelErrors(string text)
{
    /// <summary>Null while everything is well, else <c>line:column: what is wrong</c>.</summary>
    public string? First { get; private set; }

    public void Report(int position, string message) => First ??= $"{CelLocation.Of(text, position)}: {message}";
}
