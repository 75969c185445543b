using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Tests.Exchanges;

public sealed class AcceptedCodingsTests
{
    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("GZIP ; q=1", true)]
    [InlineData("*", true)]
    [InlineData("gzip;q=0, identity", false)]
    [InlineData("gzip;q=0.0, *", false)]
    [InlineData("*;q=0", false)]
    [InlineData("x-gzip", false)]
    [InlineData("", false)]
    public void Takes_ReadsNamesAndWeights(string accepted, bool takes) => Assert.Equal(takes, AcceptedCodings.Takes(accepted, "gzip"));
}
