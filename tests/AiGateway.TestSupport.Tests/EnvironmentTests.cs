using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Tests;

public sealed class EnvironmentTests
{
    [Fact]
    public void RepositoryRoot_HoldsTheSolution() => Assert.True(File.Exists(RepositoryRoot.Combine("AiGateway.sln")));

    [Fact]
    public void SharedTools_Envoy_IsFoundOrSaysWhyNot()
    {
        if (!SharedTools.TryFind("envoy", out var run, out var reason))
            Assert.Skip(reason);
        Assert.EndsWith("/envoy/run", run, StringComparison.Ordinal);
    }

    [Fact]
    public void TempFolder_Disposed_IsGone()
    {
        var folder = TempFolder.Create();
        Assert.Equal("x", File.ReadAllText(folder.Write("a/b.txt", "x")));

        folder.Dispose();

        Assert.False(Directory.Exists(folder.Path));
    }

    [Theory]
    [InlineData("data: 1\n\n", "|1")]
    [InlineData(": ping\n\nevent: a\r\ndata:x\r\ndata: y\r\n\r\n", "a|x\ny")]
    [InlineData("data: 1\r\rdata\n\n", "|1;|")]
    [InlineData("data: unfinished", "")]
    [InlineData("data: unfinished\n", "")]
    [InlineData("id: 3\nretry: 1\n\n", "")]
    public void SseFrame_Parse_FollowsTheStandard(string stream, string expected) =>
        Assert.Equal(expected, string.Join(';', SseFrame.Parse(stream).Select(frame => $"{frame.Event}|{frame.Data}")));
}
