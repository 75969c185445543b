using System.Text;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>What sinks say in protobuf: partial success and <c>google.rpc.Status</c> with <c>RetryInfo</c>.</summary>
internal static class OtlpAnswers
{
    private const int MessageLimit = 200;

    /// <summary>An <c>Export…ServiceResponse</c>; the same shape for all three signals.</summary>
    public static SendResult Accepted(ReadOnlySpan<byte> body, string status)
    {
        var rejected = 0L;
        var message = "";
        var response = new ProtobufFields(body);
        while (response.Next())
        {
            if (response.Number != 1) continue;
            var partial = new ProtobufFields(response.Content);
            while (partial.Next())
            {
                if (partial.Number == 1) rejected = Math.Max(0, (long)partial.Integer);
                else if (partial.Number == 2) message = Short(partial.Text);
            }
        }

        return new SendResult(SendOutcome.Accepted, status, RejectedItems: rejected, Message: message);
    }

    /// <summary>Message and requested delay of a <c>google.rpc.Status</c>.</summary>
    public static (string Message, TimeSpan? RetryAfter) Status(ReadOnlySpan<byte> body)
    {
        var message = "";
        TimeSpan? retryAfter = null;
        var status = new ProtobufFields(body);
        while (status.Next())
        {
            if (status.Number == 2) message = Short(status.Text);
            else if (status.Number == 3) retryAfter = RetryInfo(status.Content) ?? retryAfter;
        }

        return (message, retryAfter);
    }

    /// <summary>One printable line of bounded length; the text comes from the other side.</summary>
    public static string Short(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, MessageLimit));
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MessageLimit)))
            line.Append(char.IsControl(character) ? ' ' : character);
        return line.ToString().Trim();
    }

    private static TimeSpan? RetryInfo(ReadOnlySpan<byte> any)
    {
        var isRetryInfo = false;
        ReadOnlySpan<byte> value = default;
        var fields = new ProtobufFields(any);
        while (fields.Next())
        {
            if (fields.Number == 1) isRetryInfo = fields.Content.EndsWith("google.rpc.RetryInfo"u8);
            else if (fields.Number == 2) value = fields.Content;
        }

        if (!isRetryInfo) return null;
        var info = new ProtobufFields(value);
        while (info.Next())
            if (info.Number == 1)
                return Duration(info.Content);
        return TimeSpan.Zero;
    }

    private static TimeSpan Duration(ReadOnlySpan<byte> message)
    {
        long seconds = 0, nanoseconds = 0;
        var fields = new ProtobufFields(message);
        while (fields.Next())
        {
            if (fields.Number == 1) seconds = (long)fields.Integer;
            else if (fields.Number == 2) nanoseconds = (long)fields.Integer;
        }

        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)) + TimeSpan.FromTicks(Math.Clamp(nanoseconds, 0, 999_999_999) / 100);
    }
}
