using AiGateway.DataPlane.Telemetry.OpenInference;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

public sealed class OpenInferenceVectorTests
{
    private static readonly IReadOnlyList<VectorPair> s_pairs = VectorFolder.Default.Pairs();
    private static readonly IReadOnlyList<MaskingFile> s_masking = VectorFolder.Default.Masking();

    public static TheoryData<string> PairNames => [.. s_pairs.Select(pair => pair.ToString())];

    public static TheoryData<string, int> MaskingNames => [.. s_masking.SelectMany(file => file.Variants.Select((_, index) => (file.Name, index)))];

    [Theory]
    [MemberData(nameof(PairNames))]
    public void Build_RecordedExchange_GivesTheReferenceSpan(string name)
    {
        var pair = s_pairs.Single(pair => pair.ToString() == name);
        var cassette = pair.LoadCassette();
        var expected = pair.LoadSpan();
        var dropped = new List<string>();

        var record = new OpenInferenceConvention(new OpenInferenceOptions(), (what, _) => dropped.Add(what)).Build(Captures.Of(cassette, expected));

        Assert.Empty(dropped);
        Assert.Equal("", string.Join('\n', SpanComparer.Compare(expected, record.ToOtlp(), pair, cassette)));
    }

    [Theory]
    [MemberData(nameof(MaskingNames))]
    public void Build_PrivacyVariable_HidesExactlyWhatItNames(string name, int index)
    {
        var file = s_masking.Single(file => file.Name == name);
        var variant = file.Variants[index];
        var warnings = new List<string>();
        var options = OpenInferenceOptions.FromEnvironment(key => variant.Environment.GetValueOrDefault(key), warnings.Add);
        var capture = Captures.Json(Captures.EndpointOf(file.Url), file.RequestBody, file.ResponseBody, file.Status) with { ResponseContentType = file.ContentType, UpstreamHost = file.Url.Host };

        var span = new OpenInferenceConvention(options).Build(capture).ToOtlp();

        Assert.Equal("", string.Join('\n', SpanComparer.CompareAttributes(file.Expected(variant), span.Attributes)));
        Assert.Equal(variant.Environment.Values.Count(value => value == "1"), warnings.Count);
    }

    [Fact]
    public void CarriedCopy_HasEverySet()
    {
        var sets = VectorFolder.Carried.Pairs().CountBy(pair => pair.Set).ToDictionary();

        Assert.Equal(29, sets["recorded"]);
        Assert.Equal(21, sets["extended"]);
        Assert.Equal(16, sets["synthetic"]);
        Assert.Equal(72, VectorFolder.Carried.Masking().Sum(file => file.Variants.Count));
    }
}
