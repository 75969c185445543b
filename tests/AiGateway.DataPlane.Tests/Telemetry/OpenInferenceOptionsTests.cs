using AiGateway.DataPlane.Telemetry.GenAi;
using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class OpenInferenceOptionsTests
{
    [Fact]
    public void FromEnvironment_NothingSet_GivesDefaults()
    {
        var warnings = new List<string>();

        Assert.Equal(new OpenInferenceOptions(), OpenInferenceOptions.FromEnvironment(_ => null, warnings.Add));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("OPENINFERENCE_HIDE_INPUTS", "yes")]
    [InlineData("OPENINFERENCE_HIDE_EMBEDDING_VECTORS", "1")]
    [InlineData("OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH", "-5")]
    [InlineData("OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH", "32k")]
    public void FromEnvironment_UnreadableValue_WarnsWithTheNameAndKeepsTheDefault(string name, string value)
    {
        var warnings = new List<string>();

        var options = OpenInferenceOptions.FromEnvironment(key => key == name ? value : null, warnings.Add);

        Assert.Equal(new OpenInferenceOptions(), options);
        Assert.StartsWith(name, Assert.Single(warnings));
    }

    [Theory]
    [InlineData("OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS")]
    [InlineData("OPENINFERENCE_HIDE_EMBEDDING_VECTORS")]
    public void FromEnvironment_EitherNameOfVectors_HidesThem(string name)
        => Assert.True(OpenInferenceOptions.FromEnvironment(key => key == name ? "True" : null, _ => { }).HideEmbeddingsVectors);

    [Theory]
    [InlineData(null, typeof(OpenInferenceConvention))]
    [InlineData("", typeof(OpenInferenceConvention))]
    [InlineData("openinference", typeof(OpenInferenceConvention))]
    [InlineData("gen_ai", typeof(GenAiConvention))]
    [InlineData("both", typeof(BothConvention))]
    public void SpanConventions_KnownVocabulary_IsChosen(string? value, Type expected)
        => Assert.IsType(expected, SpanConventions.FromEnvironment(key => key == SpanConventions.Variable ? value : null, _ => { }));

    [Fact]
    public void SpanConventions_UnknownVocabulary_RefusesWithTheChoices()
    {
        var error = Assert.Throws<FormatException>(() => SpanConventions.FromEnvironment(key => key == SpanConventions.Variable ? "OpenInference2" : null, _ => { }));

        Assert.Equal($"{SpanConventions.Variable}=\"OpenInference2\" is not a vocabulary; set openinference, gen_ai or both", error.Message);
    }
}
