using System.Text;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>How much text one folded stream may still keep. What goes over it is cut and remembered.</summary>
internal sealed class FoldBudget(int limit)
{
    private int _left = limit;

    /// <summary>Whether something was cut.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>Appends as much as the budget allows, never half a surrogate pair.</summary>
    public void Append(StringBuilder target, string text)
    {
        var length = Math.Min(text.Length, _left);
        if (length < text.Length)
        {
            Exceeded = true;
            if (length > 0 && char.IsHighSurrogate(text[length - 1])) length--;
            _left = 0;
        }
        else
        {
            _left -= length;
        }

        target.Append(text, 0, length);
    }

    /// <summary>Whether an item of this size may be kept whole.</summary>
    public bool TryTake(int length)
    {
        if (length > _left)
        {
            Exceeded = true;
            return false;
        }

        _left -= length;
        return true;
    }
}
