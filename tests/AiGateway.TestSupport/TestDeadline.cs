namespace AiGateway.TestSupport;

/// <summary>
/// The one time limit of a test: generous, because it only ends what hangs. Linked with the test framework's own token.
/// </summary>
/// <example><code>using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);</code></example>
public sealed class TestDeadline : IDisposable
{
    /// <summary>Long enough for a busy machine with two cores.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _source;

    private TestDeadline(TimeSpan limit, CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _source.CancelAfter(limit);
    }

    public CancellationToken Token => _source.Token;

    public static TestDeadline Start(CancellationToken cancellationToken) => Start(Default, cancellationToken);

    public static TestDeadline Start(TimeSpan limit, CancellationToken cancellationToken) => new(limit, cancellationToken);

    public static implicit operator CancellationToken(TestDeadline deadline) => deadline.Token;

    public CancellationToken ToCancellationToken() => Token;

    public void Dispose() => _source.Dispose();
}
