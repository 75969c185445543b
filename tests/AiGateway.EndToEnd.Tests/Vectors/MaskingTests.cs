using System.Text;
using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>
/// Privacy settings are variables of the process, so each needs a process of its own: the switches that hide most, here with every exchange. All settings are
/// covered one by one in the tests of the engine.
/// </summary>
[Collection(CollectorGroup.Name)]
public sealed class MaskingTests(CollectorFixture collectors)
{
    [Theory]
    [InlineData("OPENINFERENCE_HIDE_INPUTS")]
    [InlineData("OPENINFERENCE_HIDE_OUTPUTS")]
    [InlineData("OPENINFERENCE_HIDE_INPUT_TEXT")]
    [InlineData("OPENINFERENCE_HIDE_INPUT_IMAGES")]
    [InlineData("OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS")]
    public async Task Setting_OfProcess_HidesWhatItSays(string setting)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var collector = await collectors.GetAsync(deadline);
        await using var gateway = await VectorGateway.StartAsync(Topologies.Topology.Standalone, collector, new Dictionary<string, string> { [setting] = "true" }, deadline);
        var cases = VectorFolder.Default.Masking()
            .SelectMany(file => file.Variants.Where(variant => variant.Environment.Count == 1 && variant.IsTrue(setting["OPENINFERENCE_".Length..])).Select(variant => (File: file, Variant: variant)))
            .ToList();
        Assert.NotEmpty(cases);

        foreach (var (file, variant) in cases)
        {
            var id = $"masking-{Guid.NewGuid():N}";
            var answer = MockAnswer.Bytes(file.Status, file.ContentType, Encoding.UTF8.GetBytes(file.ResponseBody));
            using var response = await gateway.SendAsync(id, file.Url, Encoding.UTF8.GetBytes(file.RequestBody), "application/json", answer, deadline);
            Assert.Equal(file.Status, (int)response.StatusCode);
            var span = await VectorGateway.SpanAsync(collector, id, deadline);
            Assert.Equal([], SpanComparer.CompareAttributes(file.Expected(variant), span.Attributes).Select(difference => $"{file.Name}: {difference}"));
        }
    }
}
