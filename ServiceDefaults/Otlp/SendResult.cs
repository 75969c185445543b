namespace AiGateway.ServiceDefaults.Otlp;

internal enum SendOutcome
{
    /// <summary>The sink has the data.</summary>
    Accepted,

    /// <summary>The sink, or the way to it, is unavailable for now.</summary>
    Retry,

    /// <summary>The request was larger than the sink takes; halves may pass.</summary>
    TooLarge,

    /// <summary>Sending the same again cannot succeed.</summary>
    Rejected,
}

/// <summary>What became of one attempt.</summary>
/// <param name="Outcome">What to do next.</param>
/// <param name="Status">Short, bounded word for metrics and warnings: <c>503</c>, <c>UNAVAILABLE</c>, <c>timeout</c>, <c>connection</c>.</param>
/// <param name="RetryAfter">What the sink asked to wait.</param>
/// <param name="RejectedItems">Items that the sink refused although it accepted the request (partial success).</param>
/// <param name="Message">The sink's or the network's explanation, for the warning.</param>
internal readonly record struct SendResult(SendOutcome Outcome, string Status, TimeSpan? RetryAfter = null, long RejectedItems = 0, string Message = "");
