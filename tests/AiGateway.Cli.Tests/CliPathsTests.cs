namespace AiGateway.Cli.Tests;

public sealed class CliPathsTests
{
    [Theory]
    [InlineData("~/a", "/home/ada/a")]
    [InlineData("~", "/home/ada")]
    [InlineData("/x~/y", "/x~/y")]
    [InlineData("$HOME/a", "/home/ada/a")]
    [InlineData("/data/${NAME}_1/$NAME", "/data/aigw_1/aigw")]
    [InlineData("/a/$", "/a/$")]
    [InlineData("/a/${NAME", "/a/${NAME")]
    [InlineData("/a/$UNSET/b", "/a/b")]
    [InlineData("/a/../b", "/b")]
    public void Expand_Path_IsAbsolute(string path, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The paths are those of Unix.");

        Assert.Equal(expected, CliPaths.Expand(path, static name => name switch
        {
            "HOME" => "/home/ada",
            "NAME" => "aigw",
            _ => null,
        }));
    }
}
