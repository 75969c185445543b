using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace AiGateway.ExtProc.Tests;

/// <summary>Whatever comes: a defined answer in time, nothing left behind, no exception in the log.</summary>
public sealed class FuzzTests
{
    private static readonly Config s_runs = Config.QuickThrowOnFailure.WithMaxTest(1500).WithEndSize(12);

    [Fact]
    public async Task AnySequence_OfMessages_EndsInADefinedAnswer()
    {
        await using var service = await ServiceUnderTest.StartAsync(TestContext.Current.CancellationToken);
        var test = TestContext.Current.CancellationToken;

        await Task.Factory.StartNew(() => Check.One(s_runs, Prop.ForAll(FuzzSteps.Any.ToArbitrary(), steps => Play(service, steps, test))), test, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [Fact]
    public async Task RecordedSequence_WithDamage_EndsInADefinedAnswer()
    {
        await using var service = await ServiceUnderTest.StartAsync(TestContext.Current.CancellationToken);
        var test = TestContext.Current.CancellationToken;
        var seeds = await RecordedSteps.AllAsync(test);

        await Task.Factory.StartNew(() => Check.One(s_runs, Prop.ForAll(RecordedSteps.Damaged(seeds).ToArbitrary(), steps => Play(service, steps, test))), test, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    // FsCheck's properties are synchronous; the thread is this test's own.
    private static void Play(ServiceUnderTest service, FuzzStep[] steps, CancellationToken cancellationToken)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromSeconds(30), cancellationToken);
        try
        {
            new FuzzRun(service, deadline).PlayAsync(steps).GetAwaiter().GetResult();
        }
        catch
        {
            service.GiveUp();
            throw;
        }
    }
}
