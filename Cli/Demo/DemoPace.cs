namespace AiGateway.Cli.Demo;

/// <summary>How fast a model answers.</summary>
/// <param name="BeforeFirstByte">Silence before anything is sent.</param>
/// <param name="BetweenWords">Pause between two words of a stream.</param>
internal readonly record struct DemoPace(TimeSpan BeforeFirstByte, TimeSpan BetweenWords)
{
    private static readonly DemoPace s_ordinary = new(TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
    private static readonly DemoPace s_slow = new(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500));

    /// <summary>The pace of a model.</summary>
    public static DemoPace Of(string model) => model == DemoModels.Slow ? s_slow : s_ordinary;
}
