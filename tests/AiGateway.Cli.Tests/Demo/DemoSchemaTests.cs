using AiGateway.Cli.Demo.Schemas;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class DemoSchemaTests
{
    [Theory]
    [InlineData("""{"type":"string"}""")]
    [InlineData("""{"type":"string","minLength":40}""")]
    [InlineData("""{"type":"string","maxLength":3}""")]
    [InlineData("""{"type":"string","format":"date-time"}""")]
    [InlineData("""{"type":"string","format":"date"}""")]
    [InlineData("""{"type":"string","format":"uuid"}""")]
    [InlineData("""{"type":"string","format":"email"}""")]
    [InlineData("""{"type":"string","format":"uri"}""")]
    [InlineData("""{"type":"string","format":"ipv4"}""")]
    [InlineData("""{"type":"string","pattern":"^[A-Z]{2}-\\d{3,5}$"}""")]
    [InlineData("""{"type":"string","pattern":"^(foo|bar)\\.[^.]+@(?:x|y)*z?$"}""")]
    [InlineData("""{"type":"string","enum":["b","a"]}""")]
    [InlineData("""{"const":{"a":[1,null]}}""")]
    [InlineData("""{"type":"integer"}""")]
    [InlineData("""{"type":"integer","minimum":10,"maximum":10}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":10,"exclusiveMaximum":12}""")]
    [InlineData("""{"type":"integer","maximum":-5}""")]
    [InlineData("""{"type":"integer","exclusiveMaximum":-5}""")]
    [InlineData("""{"type":"integer","multipleOf":7,"minimum":15}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}""")]
    [InlineData("""{"type":"number","minimum":0.25,"multipleOf":0.1}""")]
    [InlineData("""{"type":"number","minimum":2.5,"maximum":2.5}""")]
    [InlineData("""{"type":["null","boolean"]}""")]
    [InlineData("""{"type":"null"}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"minItems":3,"uniqueItems":true}""")]
    [InlineData("""{"type":"array","items":{"enum":["x","y","z"]},"minItems":3,"uniqueItems":true}""")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":4},"minItems":2,"maxItems":2,"uniqueItems":true}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"maxItems":0}""")]
    [InlineData("""{"type":"object","required":["undeclared"]}""")]
    [InlineData("""{"anyOf":[{"type":"null"},{"type":"integer","minimum":3}]}""")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"string"}]}""")]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"boolean"}},"required":["b"]}]}""")]
    [InlineData("""{"$ref":"#/$defs/point","$defs":{"point":{"type":"object","properties":{"x":{"type":"number"},"next":{"anyOf":[{"$ref":"#/$defs/point"},{"type":"null"}]}},"required":["x","next"]}}}""")]
    [InlineData("""{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}},"name":{"type":"string"}},"required":["children","name"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"array","items":{"type":"object","properties":{"d":{"type":"integer"}},"required":["d"]},"minItems":1}},"required":["c"]}},"required":["b"]}},"required":["a"]}""")]
    public void Sample_Schema_IsSatisfied(string schema) => SchemaCheck.Satisfies(schema, DemoSchema.Sample(DemoClient.Parse(schema)));

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"type":"object","properties":{"self":{"$ref":"#"}},"required":["self"]}""")]
    [InlineData("""{"type":"string","pattern":"(?=x)(["}""")]
    [InlineData("""{"type":"unknown","enum":[],"required":"x","properties":7}""")]
    public void Sample_SchemaWithoutAnswer_IsStillJson(string schema) => DemoClient.Parse(DemoSchema.Sample(DemoClient.Parse(schema)));

    [Theory]
    [InlineData("null", "{}")]
    [InlineData("""{"type":"object","properties":{"q":{"type":"string"},"top":{"type":"integer"}}}""", """{"q":"demo q","top":1}""")]
    [InlineData("""{"properties":{"q":{"const":"x"}}}""", """{"q":"x"}""")]
    public void SampleArguments_Schema_IsAlwaysAnObject(string schema, string expected) => Assert.Equal(expected, DemoSchema.SampleArguments(DemoClient.Parse(schema)));
}
