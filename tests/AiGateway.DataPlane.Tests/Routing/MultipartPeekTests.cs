using System.Text;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Tests.Routing;

public sealed class MultipartPeekTests
{
    private const string ContentType = "multipart/form-data; boundary=AB";

    [Theory]
    [InlineData("form-data; name=\"model\"", "file", "whisper-1")]
    [InlineData("form-data; name=model", "file", "whisper-1")]
    [InlineData("form-data; filename=\"; name=x\"; name=\"model\"", "file", "whisper-1")]
    [InlineData("form-data; name=\"file\"; filename=\"; name=model\"", "model", "m2")]
    public void Read_Dispositions_NameTheFieldOnce(string first, string second, string model)
    {
        var form = Form((first, "whisper-1"), ($"form-data; name=\"{second}\"; filename=\"a.mp3\"", "m2"));

        Assert.True(MultipartPeek.TryRead(form, ContentType, out var peek, out var problem), problem);

        Assert.Equal(model, peek.Model);
        Assert.True(peek.HasFile);
        Assert.Equal(model, Encoding.UTF8.GetString(form[peek.ModelValue]));
    }

    [Fact]
    public void Read_ContentThatLooksLikeALongerBoundary_IsContent()
    {
        var form = Form(("form-data; name=\"file\"; filename=\"a\"", "x\r\n--ABC\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nevil"), ("form-data; name=\"model\"", "good"));

        Assert.True(MultipartPeek.TryRead(form, ContentType, out var peek, out var problem), problem);

        Assert.Equal("good", peek.Model);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=other")]
    public void Read_WithoutItsBoundary_IsRefused(string contentType)
    {
        Assert.False(MultipartPeek.TryRead(Form(("form-data; name=\"model\"", "m")), contentType, out _, out var problem));

        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void Read_ModelTwice_IsRefused()
    {
        Assert.False(MultipartPeek.TryRead(Form(("form-data; name=\"model\"", "a"), ("form-data; name=model", "b")), ContentType, out _, out var problem));

        Assert.Contains("twice", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryPrefixOfAForm_EndsWithoutThrowing()
    {
        var form = Form(("form-data; name=\"model\"", "a"), ("form-data; name=\"file\"; filename=\"f\"", "bytes"));
        for (var length = 0; length < form.Length - 4; length++)
        {
            Assert.False(MultipartPeek.TryRead(form.AsSpan(0, length), ContentType, out _, out var problem));
            Assert.NotEmpty(problem!);
        }
    }

    private static byte[] Form(params (string Disposition, string Content)[] parts) => Encoding.UTF8.GetBytes(
        string.Concat(parts.Select(part => $"--AB\r\ncontent-disposition: {part.Disposition}\r\n\r\n{part.Content}\r\n")) + "--AB--\r\n");
}
