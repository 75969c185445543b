namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>What the load client prints. Times are milliseconds from the provider's write to the client's read.</summary>
internal sealed record LoadResult(int Streams, int Failed, int Unfinished, long Frames, long Lost, long Reordered, double P50, double P99, double P999, double Max, long Over50, string? FirstFailure);
