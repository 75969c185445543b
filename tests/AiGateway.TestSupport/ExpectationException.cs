namespace AiGateway.TestSupport;

/// <summary>An expectation of a test does not hold. This library knows no test framework, so it has its own.</summary>
public sealed class ExpectationException : Exception
{
    public ExpectationException()
    {
    }

    public ExpectationException(string message)
        : base(message)
    {
    }

    public ExpectationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
