namespace AiGateway.ServiceDefaults.AccessLogs;

internal enum AccessLogKind : byte
{
    Null,
    Text,
    Integer,
    Number,
    Flag,
    Time,
}

/// <summary>One name with a typed value. Numbers live in <see cref="Bits"/>, so that nothing is boxed.</summary>
internal readonly record struct AccessLogField(string Name, AccessLogKind Kind, long Bits, string? Text);
