namespace AiGateway.Benchmarks;

/// <summary>How much one operation may allocate.</summary>
/// <param name="Name">What is printed.</param>
/// <param name="Bytes">Most bytes per operation on the managed heap.</param>
/// <param name="Prepare">Makes the operation, ready to be repeated.</param>
internal sealed record AllocationLimit(string Name, long Bytes, Func<Action> Prepare);
